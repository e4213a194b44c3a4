//! What a service key does by SQL, where no person stands behind it: nothing in anybody's name, on any
//! table, by any function that the web process may call (docs/decisions/0010).

use std::collections::BTreeMap;

use demo::Person;
use kernel::TokenHash;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::{Options, TestApp};

use crate::world::signed_up;

/// All that such a key can read by; what a directory's key does besides is in `scim/sql.rs`.
const ALL: [&str; 8] = [
    "api_keys.read",
    "approvals.read",
    "audit.read",
    "connectors.read",
    "grants.read",
    "insight.read",
    "people.read",
    "teams.read",
];
/// What moves by itself: the sequencer works on it.
const BY_ITSELF: &str = "audit.";

/// Every table with a digest of all of its rows, as fate sees them.
async fn digests(fate: &mut PgConnection) -> BTreeMap<String, Option<String>> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'",
    )
    .fetch_all(&mut *fate)
    .await
    .unwrap();
    let mut digests = BTreeMap::new();
    for table in tables
        .into_iter()
        .filter(|table| !table.starts_with(BY_ITSELF))
    {
        let statement =
            format!("select md5(string_agg(t::text, '|' order by t::text)) from {table} t");
        let digest = sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(&mut *fate)
            .await
            .unwrap();
        digests.insert(table, digest);
    }
    digests
}

async fn service_key(owner: &Person) -> String {
    let form = json!({ "name": "Export", "scopes": ALL, "expires_in_days": 1 });
    let path = "/api/v1/service-keys";
    let made = owner
        .write(Method::POST, path, &form, StatusCode::CREATED)
        .await
        .unwrap();
    let hash = crypto::digest::sha256(made["key"].as_str().unwrap().as_bytes());
    let hash = TokenHash::from_digest(hash).to_hex();
    format!("begin; select ctx.bind_service_key('\\x{hash}')")
}

#[tokio::test]
async fn no_function_does_anything_in_the_name_of_a_service_key() {
    let options = Options {
        without_worker: true,
        ..Options::default()
    };
    let app = TestApp::start_with(options).await;
    let owner = signed_up(&app).await;
    let bind = service_key(&owner).await;
    let superuser = app.database.superuser_options();
    let mut fate = PgConnection::connect_with(&superuser).await.unwrap();
    let before = digests(&mut fate).await;
    let mut front = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    // Each with no argument that says anything: what is left is who is bound.
    let calls: Vec<String> = sqlx::query_scalar(
        "select format('select %I.%I(%s)', n.nspname, p.proname,
                       (select string_agg('null::' || format_type(t, null), ', ' order by i)
                          from unnest(p.proargtypes) with ordinality a (t, i)))
           from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where n.nspname not in ('pg_catalog', 'information_schema', 'ctx') and p.prorettype <> 'trigger'::regtype
            and has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute')",
    )
    .fetch_all(&mut front)
    .await
    .unwrap();
    assert!(calls.len() > 20, "only {} functions", calls.len());
    for call in &calls {
        front.execute(AssertSqlSafe(bind.clone())).await.unwrap();
        // Refused or not: what counts is what came of it.
        let _ = front.execute(AssertSqlSafe(call.clone())).await;
        let _ = front.execute("commit").await;
    }
    let after = digests(&mut fate).await;
    for (table, digest) in &before {
        assert_eq!(digest, &after[table], "{table} was changed");
    }
}

#[tokio::test]
async fn a_service_key_sees_nothing_that_is_a_persons() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bind = service_key(&owner).await;
    let mut front = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    for table in ["identity.links", "mail.outbox"] {
        front
            .execute(AssertSqlSafe(format!("rollback; {bind}")))
            .await
            .unwrap();
        let statement = format!("select count(*) from {table}");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(&mut front)
            .await
            .unwrap();
        assert_eq!(seen, 0, "{table}");
    }
    for write in [
        "insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
         select gen_random_uuid(), ctx.org(), m.user_id, 'front', 'tests.idle', '{}' from identity.memberships m",
        "update identity.sessions set ended_at = now()",
        "insert into insight.logs (id, org_id, user_id, name, source, state)
         select gen_random_uuid(), ctx.org(), m.user_id, 'x', 'import', 'ready' from identity.memberships m",
    ] {
        front
            .execute(AssertSqlSafe(format!("rollback; {bind}")))
            .await
            .unwrap();
        let wrote = front.execute(write).await.map(|done| done.rows_affected());
        assert!(matches!(wrote, Err(_) | Ok(0)), "{write}");
    }
}
