//! Tenants that have done everything there is to do.

use access::NewOperatorAccess;
use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::Executor as _;

use crate::oauth::client::Client;
use crate::scim::Directory;
use crate::world::{
    World, bound, connect, decide, propose, scanned, session_hash, settled, signed_up,
};

/// A second tenant that does everything the first one did.
pub(crate) async fn second_tenant(world: &World) -> Person {
    let other = signed_up(&world.app).await;
    fill(world, &other).await;
    other
}

/// Leaves rows in every table.
pub(crate) async fn fill(world: &World, person: &Person) {
    let ended = connect(person, world.provider.url(), "read").await;
    let path = format!("/api/v1/connections/{ended}");
    person
        .write(Method::DELETE, &path, &json!({}), StatusCode::OK)
        .await
        .unwrap();
    let reading = connect(person, world.provider.url(), "read").await;
    let writing = connect(person, world.provider.url(), "write").await;
    let log = scanned(person, &reading, &json!({})).await;
    assert_eq!(log["state"], "ready", "{log}");
    import(person).await;
    propose(person, &writing, "Waiting").await;
    let (id, hash) = propose(person, &writing, "Mine").await;
    assert_eq!(decide(person, &id, "approve", &hash).await, StatusCode::OK);
    settled(person, &id).await;
    let invited = unused_address();
    let fields = [("email", invited.as_str()), ("standing", "REVIEWER-20")];
    let invited = person.submit("/people/invitations", &fields).await.unwrap();
    assert_eq!(invited.status(), StatusCode::SEE_OTHER);
    let email = person.me["email"].as_str().unwrap();
    let wrong = Person::sign_in(&world.app.url, email, "not my password").await;
    assert!(wrong.is_err());
    let address = unused_address();
    let fields = [("new_email", address.as_str())];
    let asked = person.submit("/profile/address", &fields).await.unwrap();
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    let role = json!({ "name": "Mine", "level": 20, "permissions": ["people.read"] });
    person
        .write(Method::POST, "/api/v1/roles", &role, StatusCode::CREATED)
        .await
        .unwrap();
    share(person, &writing).await;
    look_in(world, person).await;
    let key = json!({ "name": "Mine", "scopes": ["insight.read"], "expires_in_days": 1 });
    person
        .write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    let anonymous = json!({
        "name": "Mine", "origins": ["https://www.example.com"], "expires_in_days": 1,
    });
    let path = "/api/v1/anonymous-keys";
    person
        .write(Method::POST, path, &anonymous, StatusCode::CREATED)
        .await
        .unwrap();
    world
        .fate(
            "insert into identity.counted_tries (id, door, proof_hash) values (gen_random_uuid(), sha256('x'), sha256('y'))",
        )
        .await;
    world
        .fate(
            "insert into trust.evidence (id, control, claim, status, evidence, duration_ms)
             values (gen_random_uuid(), 'db.lint', 'AC-01', 'pass', '', 1)",
        )
        .await;
    let path = "/api/v1/anonymous-access";
    let opened = person.send(Method::POST, path, None).await.unwrap();
    assert_eq!(opened.status(), StatusCode::NO_CONTENT);
    let path = "/api/v1/service-keys";
    person
        .write(Method::POST, path, &key, StatusCode::CREATED)
        .await
        .unwrap();
    let directory = Directory::of(&world.app, person).await;
    let named = directory.made("mine").await;
    directory.team("Of the directory", &[&named]).await;
    person
        .write(
            Method::POST,
            "/api/v1/sign-in-links",
            &json!({}),
            StatusCode::CREATED,
        )
        .await
        .unwrap();
    let client = Client::register(&world.app.url).await;
    client.tokens(person, &["insight.read"]).await;
    let device = client.start_device("insight.read").await;
    client.answer_device(person, &device, "allow").await;
    second_factor(world, person).await;
}

/// A log with its original.
async fn import(person: &Person) {
    let form = json!({ "name": "Mine" });
    let made = person.write(Method::POST, "/api/v1/logs", &form, StatusCode::CREATED);
    let id = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/logs/{id}/content");
    let content = b"case,activity,timestamp\n1,a,2026-01-01T00:00:00Z\n".to_vec();
    let imported = person.upload(&path, content).await.unwrap();
    assert_eq!(imported.status(), StatusCode::OK);
}

/// Whoever runs the server looks in.
async fn look_in(world: &World, person: &Person) {
    let organisation = person.me["organisation"].as_str().unwrap();
    let hour = std::time::Duration::from_hours(1);
    let new = NewOperatorAccess::parse(organisation, "Operator", "To have looked once", hour);
    let db = world.app.db("countersign_broker");
    access::open_operator(&db, &new.unwrap()).await.unwrap();
}

/// A team with its maker in it, that was given the connection; which stays everybody's.
async fn share(person: &Person, connection: &str) {
    let team = json!({ "name": "Mine" });
    let made = person.write(Method::POST, "/api/v1/teams", &team, StatusCode::CREATED);
    let team = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    for (path, body) in [
        (
            format!("/api/v1/teams/{team}/members"),
            json!({ "user": person.me["user"] }),
        ),
        (
            format!("/api/v1/connections/{connection}/grants"),
            json!({ "to": team, "access": "view" }),
        ),
        (
            format!("/api/v1/connections/{connection}/everybody"),
            json!({ "access": "edit" }),
        ),
    ] {
        let answer = person.send(Method::PUT, &path, Some(&body)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
    }
}

/// An authenticator with recovery codes, a passkey, a linked account and an identity provider, as the broker and the
/// front would add them.
async fn second_factor(world: &World, person: &Person) {
    for (role, statement) in [
        (
            "countersign_broker",
            "select identity.begin_authenticator((select id from broker.server_keys), ''); select identity.try_authenticator();
             select identity.authenticator_tried(1);
             select identity.add_passkey(gen_random_uuid(), sha256(ctx.person()::text::bytea), '', 'Mine', '{}', 0, false, false);
             select identity.begin_passkey('prove', sha256(ctx.principal()::text::bytea));
             select identity.begin_issuer_attempt('link', 'https://issuer.example', sha256(ctx.person()::text::bytea), sha256('mine'), '/');
             select identity.take_issuer_attempt(sha256(ctx.person()::text::bytea), sha256('mine'), 'https://issuer.example',
                                                 decode('{session}', 'hex'));
             select identity.link_identity(sha256(ctx.person()::text::bytea), gen_random_uuid(), ctx.person()::text, 'Mine');
             select identity.begin_issuer_attempt('link', 'https://issuer.example', sha256(ctx.principal()::text::bytea), sha256('mine'), '/');
             commit",
        ),
        (
            "countersign_front",
            "select identity.replace_recovery_codes(array(select sha256(n::text::bytea) from generate_series(1, 10) n)); commit",
        ),
        (
            "countersign_front",
            "select identity.add_domain(gen_random_uuid(), 'mine.example');
             select identity.add_provider('oidc', 'Mine', 'https://provider.example', 'client', null, null, true, 40);
             commit",
        ),
        (
            "countersign_broker",
            "select identity.begin_provider_attempt('test', (select p.id from identity.providers p), '\\x01'::bytea || substr(sha256(ctx.person()::text::bytea), 2), sha256('mine'), '/');
             select identity.take_issuer_attempt('\\x01'::bytea || substr(sha256(ctx.person()::text::bytea), 2), sha256('mine'),
                                                 'urn:uuid:' || (select p.id from identity.providers p), decode('{session}', 'hex'));
             select identity.provider_tested('\\x01'::bytea || substr(sha256(ctx.person()::text::bytea), 2));
             commit",
        ),
        ("countersign_front", "select identity.turn_on_provider((select p.id from identity.providers p)); commit"),
        (
            "countersign_broker",
            "select identity.begin_provider_attempt('link', (select p.id from identity.providers p), '\\x02'::bytea || substr(sha256(ctx.person()::text::bytea), 2), sha256('mine'), '/');
             select identity.take_issuer_attempt('\\x02'::bytea || substr(sha256(ctx.person()::text::bytea), 2), sha256('mine'),
                                                 'urn:uuid:' || (select p.id from identity.providers p), decode('{session}', 'hex'));
             select identity.link_provider_identity('\\x02'::bytea || substr(sha256(ctx.person()::text::bytea), 2), gen_random_uuid(), ctx.person()::text, 'Mine');
             commit",
        ),
    ] {
        let mut connection = bound(&world.app, role, person).await;
        let statement = statement.replace("{session}", &session_hash(person).to_hex());
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .unwrap();
    }
}
