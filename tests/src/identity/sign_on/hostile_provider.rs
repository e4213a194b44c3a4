//! What whoever runs an organisation's provider makes of its people's accounts: nothing that lasts, and nothing that
//! they have elsewhere.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use super::*;
use crate::sql::{mail_reset, refusal};

/// A connection of a process's login, bound to a browser's session by `bind`.
async fn bound(world: &World, role: &str, bind: &str, visitor: &Visitor) -> PgConnection {
    let options = world.app.login(role);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let begin = format!("begin; select ctx.{bind}('\\x{}')", visitor.session_hash());
    assert_eq!(refusal(&mut connection, &begin).await, "done", "{begin}");
    connection
}

async fn rows(connection: &mut PgConnection, from: &str) -> i64 {
    let count = format!("select count(*) from {from}");
    sqlx::query_scalar(AssertSqlSafe(count))
        .fetch_one(connection)
        .await
        .unwrap()
}

/// The owner in their first organisation by its provider, who has a second one; and in the second one by themselves.
async fn owner_of_two(world: &mut World) -> (Visitor, Visitor) {
    let mut own = std::mem::replace(&mut world.owner, Visitor::new(&world.app.url));
    let shown = world.link(&mut own, &colleague("boss")).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let mut fresh = colleague("boss");
    fresh["auth_time"] = time_now().into();
    let by_provider = world.let_in(&fresh).await;
    own.post("/organisations", "/organisations", &[("name", "Second")])
        .await;
    (by_provider, own)
}

#[tokio::test]
async fn a_factor_that_a_provider_set_up_is_no_way_in_and_goes_when_the_person_comes() {
    let world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    fate(
        &world.app,
        "update identity.organisations set mfa_required = true where requires_sso is not null",
    )
    .await;
    // Whoever runs the provider comes as ada, and sets up the second factor that is asked for.
    let (planted, _) = world.come_back(&colleague("ada")).await;
    let mut broker = bound(&world, "countersign_broker", "bind_half_session", &planted).await;
    let add = "select identity.add_passkey(gen_random_uuid(), 'planted', 'k', 'x', '{}', 0, false, false)";
    assert_eq!(refusal(&mut broker, add).await, "done");
    assert_eq!(refusal(&mut broker, "commit").await, "done");
    assert_eq!(
        rows(&mut broker, "identity.passkey_to_verify('planted')").await,
        0
    );
    let come = "select identity.sign_in_by_passkey(p.id, p.user_id, 1, false,
        row(gen_random_uuid(), sha256('p'), '', '', sha256('d'), 60)::identity.new_session)
        from (select gen_random_uuid() as id, u.user_id from (values (PERSON)) u (user_id)) p";
    let ada = text(
        &world.app,
        "select id::text from identity.users where email = 'ada@works.example'",
    )
    .await;
    let come = come.replace("PERSON", &format!("'{ada}'::uuid"));
    assert_eq!(refusal(&mut broker, &come).await, "42501");
    // Ada, who has the mailbox, makes the account her own.
    mail_reset(&world.app, "ada@works.example").await;
    let options = world.app.login("countersign_front");
    let mut front = PgConnection::connect_with(&options).await.unwrap();
    let reset = "select identity.reset_password(sha256('link'), 'p', sha256('own'))";
    assert_eq!(refusal(&mut front, reset).await, "done");
    for table in ["passkeys", "authenticators", "recovery_codes", "devices"] {
        let left = format!("update identity.{table} set user_id = user_id where user_id = '{ada}'");
        assert_eq!(fate(&world.app, &left).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_session_that_ends_while_it_is_bound_is_not_the_accounts_own() {
    let mut world = World::start().await;
    let (by_provider, own) = owner_of_two(&mut world).await;
    for visitor in [&by_provider, &own] {
        let mut front = bound(&world, "countersign_front", "bind_session", visitor).await;
        let ended = "update identity.sessions set ended_at = now(), provider_id = null
                      where token_hash = decode('HASH', 'hex')";
        fate(&world.app, &ended.replace("HASH", &visitor.session_hash())).await;
        let export = "select identity.export_account()";
        assert_eq!(refusal(&mut front, export).await, "CS011");
    }
}

#[tokio::test]
async fn guesses_in_a_providers_session_have_nobody_wait_elsewhere() {
    let mut world = World::start().await;
    let (by_provider, own) = owner_of_two(&mut world).await;
    let wait = async |visitor: &Visitor, proof: &str| -> i32 {
        let mut front = bound(&world, "countersign_front", "bind_session", visitor).await;
        let count = format!("select identity.count_password(sha256('{proof}'), false)");
        let wait = sqlx::query_scalar(AssertSqlSafe(count))
            .fetch_one(&mut front)
            .await
            .unwrap();
        assert_eq!(refusal(&mut front, "commit").await, "done");
        wait
    };
    for n in 0..8 {
        wait(&by_provider, &n.to_string()).await;
    }
    assert!(wait(&by_provider, "9").await > 0, "whoever guesses waits");
    assert_eq!(wait(&own, "own").await, 0, "and nobody else");
}

#[tokio::test]
async fn a_providers_device_is_no_device_of_the_account() {
    let mut world = World::start().await;
    let (mut browser, _) = owner_of_two(&mut world).await;
    let email = text(
        &world.app,
        "select email from identity.users order by created_at, id limit 1",
    )
    .await;
    // The same browser, with the account's own password.
    browser.forget("session");
    browser.sign_in(&email, PASSWORD).await;
    let same = "update identity.sessions s set client = client where provider_id is null and exists (
        select from identity.sessions o where o.provider_id is not null and o.device_hash = s.device_hash)";
    assert_eq!(fate(&world.app, same).await, 0);
}

#[tokio::test]
async fn a_providers_session_sees_nothing_of_the_account_elsewhere() {
    let mut world = World::start().await;
    let (mut by_provider, own) = owner_of_two(&mut world).await;
    let plant = "insert into identity.identities (user_id, id, issuer, subject, label)
        select user_id, gen_random_uuid(), 'https://elsewhere.example', 'x', 'x' from identity.sessions
         where token_hash = decode('HASH', 'hex')";
    fate(&world.app, &plant.replace("HASH", &own.session_hash())).await;
    let plant = "insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count, is_syncable, is_synced)
        select user_id, gen_random_uuid(), 'c', 'k', 'elsewhere', '{}', 0, false, false from identity.sessions
         where token_hash = decode('HASH', 'hex')";
    let seen = [
        ("identity.own_organisations()", 2, 1),
        ("identity.identities", 1, 0),
        (
            "identity.own_events(null, 200) where action = 'identity.organisation_made'",
            1,
            0,
        ),
    ];
    for (what, by_own, by_providers) in seen {
        let mut front = bound(&world, "countersign_front", "bind_session", &own).await;
        assert_eq!(rows(&mut front, what).await, by_own, "{what}");
        let mut front = bound(&world, "countersign_front", "bind_session", &by_provider).await;
        assert_eq!(rows(&mut front, what).await, by_providers, "{what}");
    }
    let page = by_provider.get("/organisations").await.text;
    assert!(!page.contains("Second"), "{page}");
    // A passkey would ask the session for a second factor, so that it comes last.
    let mut front = bound(&world, "countersign_front", "bind_session", &by_provider).await;
    fate(&world.app, &plant.replace("HASH", &own.session_hash())).await;
    assert_eq!(rows(&mut front, "identity.passkeys").await, 0);
    let rename = "select identity.rename_passkey(gen_random_uuid(), 'x')";
    assert_eq!(refusal(&mut front, rename).await, "CS011");
}

#[tokio::test]
async fn another_provider_does_not_come_as_whoever_is_above_a_newcomer() {
    for raised in [
        "role = 'ADMIN', level = 80",
        "role = 'OWNER', level = 100",
        "level = 60",
    ] {
        let world = World::start().await;
        drop(world.let_in(&colleague("ada")).await);
        let (_, shown) = world.come_back(&colleague("ada")).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        // As by a provider that has just been set up: it knows nobody.
        let forget = "delete from identity.provider_identities i using identity.users u
            where u.id = i.user_id and u.email = 'ada@works.example'";
        assert_eq!(fate(&world.app, forget).await, 1);
        let (_, shown) = world.come_back(&colleague("ada")).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        assert_eq!(fate(&world.app, forget).await, 1);
        let raise = format!(
            "update identity.memberships m set {raised} from identity.users u
              where u.id = m.user_id and u.email = 'ada@works.example'"
        );
        assert_eq!(fate(&world.app, &raise).await, 1);
        let (_, shown) = world.come_back(&colleague("ada")).await;
        assert_eq!(
            shown.status,
            StatusCode::FORBIDDEN,
            "{raised}: {}",
            shown.text
        );
    }
}

#[tokio::test]
async fn whoever_is_removed_while_bound_sets_no_provider_up() {
    let world = World::start().await;
    let mut front = bound(&world, "countersign_front", "bind_session", &world.owner).await;
    let removed = "update identity.memberships m set role = 'PARTICIPANT', level = 40
        from identity.providers p where m.org_id = p.org_id";
    fate(&world.app, removed).await;
    for change in [
        "identity.turn_on_provider(gen_random_uuid())",
        "identity.require_sso(true)",
        "identity.add_domain(gen_random_uuid(), 'works.example')",
        "identity.add_provider('oidc', 'x', 'https://x.example', 'x', null, '{}', true, 40)",
    ] {
        assert_eq!(
            refusal(&mut front, &format!("savepoint s; select {change}")).await,
            "42501",
            "{change}"
        );
        assert_eq!(refusal(&mut front, "rollback to s").await, "done");
    }
}
