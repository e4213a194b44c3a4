//! The password of the front's database login is good for no grant: a person's session, a code's
//! verifier or a refresh token is needed, and the database has seen none of them in clear.

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::client::{Client, text};
use crate::sql::refusal;
use crate::world::World;

#[tokio::test]
async fn it_makes_reads_and_signs_nothing() {
    let world = World::start().await;
    let client = Client::register(&world.app.url).await;
    let tokens = client.tokens(&world.owner, &["insight.read"]).await;
    let login = world.app.login("countersign_front");
    let mut thief = PgConnection::connect_with(&login).await.unwrap();
    for table in ["codes", "refresh_tokens", "access_tokens", "device_codes"] {
        let read = format!("select * from oauth.{table}");
        assert_eq!(refusal(&mut thief, &read).await, "42501", "{table}");
    }
    for statement in [
        "select rotation_key from oauth.grants",
        "select sealed from broker.token_keys",
        "select * from oauth.to_issue(sha256('x'))",
        "select oauth.issued(sha256('x'), sha256('y'))",
        "select oauth.begin_grant(gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'countersign-desktop', '{insight.read}', 'x', sha256('x'), sha256('y'), '', '')",
        "select oauth.add_access(gen_random_uuid(), gen_random_uuid(), '{insight.read}', null, sha256('y'))",
        "select oauth.end_grant(gen_random_uuid(), gen_random_uuid(), 'revoked', 'oauth.x')",
        "select oauth.hmac(sha256('x'), sha256('y'))",
        "insert into oauth.grants (id, org_id) values (gen_random_uuid(), gen_random_uuid())",
        "select oauth.decide_device(sha256('x'), true, '{insight.read}')",
    ] {
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
    let seen: i64 = sqlx::query_scalar("select count(*) from oauth.grants")
        .fetch_one(&mut thief)
        .await
        .unwrap();
    assert_eq!(seen, 0);
    assert_eq!(
        client.me(text(&tokens, "access_token")).await,
        reqwest::StatusCode::OK
    );
}

/// Even with the session of somebody of another organisation: a code is for oneself, in one's own
/// organisation, of what one holds.
#[tokio::test]
async fn a_session_makes_codes_for_itself_alone() {
    let world = World::start().await;
    let other = crate::tenancy::second_tenant(&world).await;
    let mut theirs = crate::world::bound(&world.app, "countersign_front", &other).await;
    let (org, person): (String, String) =
        sqlx::query_as("select ctx.org()::text, ctx.person()::text")
            .fetch_one(&mut theirs)
            .await
            .unwrap();
    for (org, person, scopes) in [
        (format!("'{org}'"), format!("'{person}'"), "{insight.read}"),
        (
            "ctx.org()".to_owned(),
            format!("'{person}'"),
            "{insight.read}",
        ),
        (
            format!("'{org}'"),
            "ctx.person()".to_owned(),
            "{insight.read}",
        ),
        ("ctx.org()".to_owned(), "ctx.person()".to_owned(), "{*}"),
        (
            "ctx.org()".to_owned(),
            "ctx.person()".to_owned(),
            "{made.up}",
        ),
    ] {
        let mut thief = world.sql("countersign_front").await;
        let statement = format!(
            "insert into oauth.codes (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes, resource, expires_at)
             values ({org}, {person}, sha256('x'), 'countersign-desktop', 'x', sha256('y'), '{scopes}', 'x', now())"
        );
        assert_eq!(
            refusal(&mut thief, &statement).await,
            "42501",
            "{statement}"
        );
    }
}
