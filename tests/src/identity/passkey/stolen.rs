//! What somebody does with the web process's login to the database.

use kernel::TokenHash;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use super::soft::Soft;
use super::*;

async fn code(login: &mut PgConnection, statement: String) -> Option<String> {
    let refused = login.execute(AssertSqlSafe(statement)).await.err()?;
    let code = refused.as_database_error().unwrap().code().unwrap();
    Some(code.into_owned())
}

const CLAIMS: [&str; 16] = [
    "select identity.begin_passkey('prove', sha256('x'))",
    "select identity.begin_passkey('sign_in', sha256('x'))",
    "select identity.take_passkey_challenge('prove', sha256('x'))",
    "select identity.passkey_to_verify('x')",
    "select identity.passkey_given(gen_random_uuid(), 9, false)",
    "select identity.count_passkey(gen_random_uuid(), ctx.person(), 9, false)",
    "select identity.sign_in_by_passkey(gen_random_uuid(), ctx.person(), 9, false, null)",
    "select identity.add_passkey(gen_random_uuid(), 'x', 'x', 'x', '{}', 0, false, false)",
    "select identity.passkey_wrong(null, null)",
    "select identity.passkey_handle(ctx.person())",
    "select public_key from identity.passkeys",
    "select credential_id from identity.passkeys",
    "select * from identity.passkey_challenges",
    "insert into identity.passkeys (user_id, id, name) values (ctx.person(), gen_random_uuid(), 'x')",
    "update identity.passkeys set sign_count = 0",
    "delete from identity.passkeys",
];

#[tokio::test]
async fn a_stolen_login_of_the_web_process_passes_no_passkey() {
    let app = named().await;
    let mut soft = Soft::es256();
    let owner = owner(&app, &mut soft).await;
    let half = half(&app, &owner.email).await;
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    for bind in [
        format!("select ctx.bind_half_session('\\x{}')", half.session_hash()),
        format!(
            "select ctx.bind_session('\\x{}')",
            owner.visitor.session_hash()
        ),
        "select 1".to_owned(),
    ] {
        for claim in CLAIMS {
            let got = code(&mut thief, format!("rollback; begin; {bind}; {claim}")).await;
            assert_eq!(got.as_deref(), Some("42501"), "{bind}: {claim}");
        }
    }
    // Half the way in shows not even the names.
    let bind = format!(
        "rollback; begin; select ctx.bind_half_session('\\x{}')",
        half.session_hash()
    );
    thief.execute(AssertSqlSafe(bind)).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from identity.passkeys")
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(seen, 0);
}

#[tokio::test]
async fn the_database_asks_for_a_fresh_proof_itself_whoever_calls_it() {
    let app = named().await;
    let mut soft = Soft::es256();
    let owner = owner(&app, &mut soft).await;
    fate(
        &app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes', second_factor_at = second_factor_at - interval '11 minutes'",
    )
    .await;
    let bind = format!(
        "select ctx.bind_session('\\x{}')",
        owner.visitor.session_hash()
    );
    for (role, call) in [
        (
            "countersign_front",
            "identity.rename_passkey(gen_random_uuid(), 'x')",
        ),
        (
            "countersign_front",
            "identity.remove_passkey(gen_random_uuid())",
        ),
        (
            "countersign_broker",
            "identity.begin_passkey('add', sha256('x'))",
        ),
        (
            "countersign_broker",
            "identity.add_passkey(gen_random_uuid(), 'x', 'x', 'x', '{}', 0, false, false)",
        ),
    ] {
        let mut login = PgConnection::connect_with(&app.login(role)).await.unwrap();
        let got = code(&mut login, format!("begin; {bind}; select {call}")).await;
        assert_eq!(got.as_deref(), Some("CS008"), "{call}");
    }
}

#[tokio::test]
async fn a_program_makes_and_shows_no_passkeys_of_its_person() {
    let app = named().await;
    let mut soft = Soft::es256();
    let mut owner = owner(&app, &mut soft).await;
    let form = json!({ "name": "Program", "scopes": ["insight.read"], "expires_in_days": 1 });
    let (_, key) = owner
        .visitor
        .api("/security", (Method::POST, "/api/v1/api-keys"), &form)
        .await;
    let key = key["key"].as_str().unwrap();
    let hash = TokenHash::from_digest(crypto::digest::sha256(key.as_bytes())).to_hex();
    let bind = format!("rollback; begin; select ctx.bind_api_key('\\x{hash}')");
    let mut front = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    front.execute(AssertSqlSafe(bind.clone())).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from identity.passkeys")
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert_eq!(seen, 0);
    let mut broker = PgConnection::connect_with(&app.login("countersign_broker"))
        .await
        .unwrap();
    for purpose in ["prove", "add", "sign_in"] {
        let call = format!("{bind}; select identity.begin_passkey('{purpose}', sha256('x'))");
        assert_eq!(
            code(&mut broker, call).await.as_deref(),
            Some("42501"),
            "{purpose}"
        );
    }
}
