//! How many pages a second the back end of a page serves: a scope opened from a session's hash, 50
//! rows of the audit log under forced row level security, the transaction ended. Prints JSON; see
//! `bench/page.sh`, which puts pgbench beside it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark: what does not work ends it"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use audit::Filter;
use kernel::{PageSize, Scope, TokenHash};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::{TestApp, fresh_database};

/// Rows of other tenants, and of this one.
const ORGANISATIONS: i32 = 100;
const ROWS: i32 = 200_000;

#[tokio::main]
async fn main() {
    let seconds: u64 = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    let clients: usize = std::env::args()
        .nth(2)
        .and_then(|text| text.parse().ok())
        .unwrap_or(4);
    let database = fresh_database().await;
    let mut fate = sqlx::PgConnection::connect_with(&database.superuser_options())
        .await
        .unwrap();
    let seed = format!(
        "insert into identity.organisations (id, name)
           select lpad(n::text, 32, '0')::uuid, 'Org ' || n from generate_series(1, {ORGANISATIONS}) n;
         insert into identity.users (id, email, name, password_parameters, password_verifier)
           select lpad(n::text, 32, '0')::uuid, n || '@example.com', 'U', '', sha256('x') from generate_series(1, {ORGANISATIONS}) n;
         insert into identity.memberships (org_id, user_id, role, level)
           select lpad(n::text, 32, '0')::uuid, lpad(n::text, 32, '0')::uuid, 'OWNER', 100 from generate_series(1, {ORGANISATIONS}) n;
         insert into identity.sessions (id, org_id, user_id, token_hash, client, address, expires_at)
           select lpad(n::text, 32, '0')::uuid, lpad(n::text, 32, '0')::uuid, lpad(n::text, 32, '0')::uuid,
                  sha256(n::text::bytea), '', '', now() + interval '1 hour' from generate_series(1, {ORGANISATIONS}) n;
         insert into audit.entries (id, org_id, actor_kind, person_id, action, subject, details)
           select gen_random_uuid(), lpad((1 + n % {ORGANISATIONS})::text, 32, '0')::uuid, 'session',
                  lpad((1 + n % {ORGANISATIONS})::text, 32, '0')::uuid, 'approvals.approved', 'apr_' || n, '{{\"state\":\"approved\"}}'
             from generate_series(1, {ROWS}) n;
         analyze;"
    );
    fate.execute(AssertSqlSafe(seed)).await.unwrap();
    let db = TestApp::role(
        &database,
        "countersign_front",
        u32::try_from(clients).unwrap(),
    );
    let served = Arc::new(AtomicU64::new(0));
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..clients {
        let (db, served) = (db.clone(), Arc::clone(&served));
        tasks.spawn(async move {
            let mut organisation = client;
            while Instant::now() < until {
                organisation = organisation % 100 + 1;
                let hash = crypto::digest::sha256(organisation.to_string().as_bytes());
                let scope = Scope::Session(TokenHash::from_digest(hash));
                let mut tx = db.read(&scope).await.unwrap();
                let rows = audit::entries(&mut tx, &Filter::default(), PageSize::default())
                    .await
                    .unwrap();
                assert_eq!(rows.len(), 50);
                served.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    while tasks.join_next().await.is_some() {}
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = served.load(Ordering::Relaxed) as f64 / seconds as f64;
    println!(
        "{}",
        serde_json::json!({ "pages_per_second": rate, "clients": clients, "database": database.name(),
            "socket": testkit::cluster::shared().socket_directory(), "superuser": db::cluster::SUPERUSER })
    );
    // pgbench runs on the same database, which ends with this process.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}
