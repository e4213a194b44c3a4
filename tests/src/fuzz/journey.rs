//! What a new tenant does in its first hour, for the policies of definer functions: those that no read
//! or change of an existing tenant comes by.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use broker::rotation::RotationKind;
use demo::{Person, unused_address};
use futures_util::FutureExt as _;
use kernel::OrganisationId;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::eventually::within;
use crate::tenancy::tenant::fill;
use crate::world::{PASSWORD, World, disconnected};

const OTHER_PASSWORD: &str = "another long way to say it";

/// Whether the journey comes to its end; where it does not, why.
pub(super) async fn journey(world: &mut World) -> Result<(), String> {
    start_over(world).await;
    let gone = AssertUnwindSafe(go(world)).catch_unwind().await;
    gone.map_err(|panic| {
        let plain = panic.downcast_ref::<&str>().copied();
        let told = plain.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let told = told.unwrap_or_default();
        format!("journey ({})", told.replace('\n', " "))
    })
}

/// A server that has counted nobody's tries yet, and remembers nothing.
pub(super) async fn start_over(world: &mut World) {
    world.app.kill().await;
    world.app.restart().await;
}

async fn go(world: &World) {
    let url = &world.app.url;
    let email = unused_address();
    let person = Person::sign_up(url, &email, PASSWORD).await.unwrap();
    person.confirm_address(&email).await.unwrap();
    fill(world, &person).await;
    let invited = unused_address();
    let form = json!({ "email": invited, "role": "PARTICIPANT", "level": 40 });
    person
        .write(
            Method::POST,
            "/api/v1/invitations",
            &form,
            StatusCode::CREATED,
        )
        .await
        .unwrap();
    let link = person
        .mailed_link(&invited, "/invitation?token=")
        .await
        .unwrap();
    let token = link.split_once('=').unwrap().1;
    let fields = [("token", token), ("name", "Bo"), ("password", PASSWORD)];
    let joined = person.submit("/invitation/sign-up", &fields).await.unwrap();
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    let colleague = Person::sign_in(url, &invited, PASSWORD).await.unwrap();
    let id = colleague.me["user"].as_str().unwrap();
    let changed = person
        .submit(
            &format!("/people/{id}/standing"),
            &[("standing", "ADMIN-80")],
        )
        .await
        .unwrap();
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    let forgotten = json!({ "email": invited });
    let asked = person
        .send(Method::POST, "/api/v1/password-resets", Some(&forgotten))
        .await
        .unwrap();
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    let link = person
        .mailed_link(&invited, "/reset-password?token=")
        .await
        .unwrap();
    let token = link.split_once('=').unwrap().1;
    let used = json!({ "token": token, "password": OTHER_PASSWORD });
    let used = person
        .send(Method::POST, "/api/v1/password-resets/use", Some(&used))
        .await
        .unwrap();
    assert_eq!(used.status(), StatusCode::NO_CONTENT);
    let colleague = Person::sign_in(url, &invited, OTHER_PASSWORD)
        .await
        .unwrap();
    let key = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = colleague.write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED);
    let key = made.await.unwrap()["id"].as_str().unwrap().to_owned();
    let people = person.get("/api/v1/people").await.unwrap();
    let others = people.as_array().unwrap().iter().map(|one| &one["id"]);
    for other in others.filter(|other| **other != person.me["user"]) {
        let path = format!("/people/{}/remove", other.as_str().unwrap());
        let removed = person.submit(&path, &[]).await.unwrap();
        assert_eq!(removed.status(), StatusCode::SEE_OTHER);
    }
    let keys = person.get("/api/v1/api-keys").await.unwrap();
    let mut keys = keys.as_array().unwrap().iter();
    let key = keys.find(|row| row["id"] == key.as_str()).unwrap();
    assert!(!key["revoked_at"].is_null(), "who is gone still has a key");
    told(&person).await;
    delete(world, &person).await;
    rotate(world).await;
    start_again(world).await;
}

/// Whoever runs the server has its master key rotated.
async fn rotate(world: &World) {
    let broker = world.app.db("countersign_broker");
    let before = broker::rotation::uses(&broker).await.unwrap();
    let all: i64 = before
        .iter()
        .map(|one| one.tenants_keys + one.servers_keys)
        .sum();
    let (id, _) = broker::rotation::ask(
        &world.app.db("countersign_verifier"),
        RotationKind::MasterKey,
    )
    .await
    .unwrap();
    let limit = Duration::from_secs(10);
    let over = within(limit, "the rotation is over", async || {
        let now = broker::rotation::look(&broker, id).await.unwrap();
        now.filter(|now| now.is_over)
    });
    let over = over.await;
    assert_eq!((over.failure, over.keys_left), (None, Vec::new()));
    assert_eq!(over.keys_done, all, "data keys wrapped anew");
    let after = broker::rotation::uses(&broker).await.unwrap();
    assert_eq!(after.len(), 1, "{after:?}");
    let replaced = crate::vault::data_keys_rotated(&world.app).await;
    assert_eq!((replaced.failure, replaced.keys_left), (None, Vec::new()));
    assert_eq!(replaced.keys_done, all, "data keys replaced");
    let after = broker::rotation::uses(&broker).await.unwrap();
    assert_eq!(after[0].retired_keys, 0, "{after:?}");
}

/// What was done comes into the log, and under a checkpoint.
async fn told(person: &Person) {
    let limit = Duration::from_secs(10);
    let leaf = within(limit, "the last entry is in the log", async || {
        let entries = person.get("/api/v1/audit/entries").await.unwrap();
        entries["entries"][0]["leaf_index"].as_i64()
    });
    let leaf = leaf.await;
    within(limit, "a checkpoint is over it", async || {
        let checkpoint = person.get("/api/v1/audit/checkpoint").await.ok()?;
        (checkpoint["size"].as_i64()? > leaf).then_some(())
    })
    .await;
}

/// The last person goes, and with them whatever was the organisation's.
async fn delete(world: &World, person: &Person) {
    disconnected(&world.app, person).await;
    let email = person.me["email"].as_str().unwrap();
    let form = [("email", email)];
    let deleted = person.submit("/account/delete", &form).await.unwrap();
    assert_eq!(deleted.status(), StatusCode::OK, "deleting the account");
    let org: OrganisationId = person.me["organisation"].as_str().unwrap().parse().unwrap();
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
          where c.relkind in ('r', 'p') and c.relnamespace <> 'audit'::regnamespace",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap();
    for table in tables {
        let left = format!("select count(*) from {table} where org_id = $1");
        let left: i64 = sqlx::query_scalar(AssertSqlSafe(left))
            .bind(org.uuid())
            .fetch_one(&mut hand)
            .await
            .unwrap();
        assert_eq!(left, 0, "rows left in {table}");
    }
}

/// As `countersign migrate` does at each start, and the broker, which asks for every master key that it needs.
async fn start_again(world: &World) {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    for table in ["broker.data_keys", "broker.server_keys"] {
        let other = format!(
            "begin; update {table} set wrapped_by = 'another'; set local role countersign_broker"
        );
        hand.execute(AssertSqlSafe(other)).await.unwrap();
        let needed: Vec<String> = sqlx::query_scalar("select broker.master_keys_in_use()")
            .fetch_all(&mut hand)
            .await
            .unwrap();
        hand.execute("rollback").await.unwrap();
        assert!(
            needed.contains(&"another".to_owned()),
            "{table} needs no key"
        );
    }
    let options = world.app.login("countersign_migrator");
    let mut migrator = PgConnection::connect_with(&options).await.unwrap();
    access::catalogue::write(&mut migrator).await.unwrap();
}
