//! AU-02: one altered, removed or inserted row is found and named.

mod receipt;

pub(crate) use receipt::shredded;

use audit::checkpoint::VerifierKey;
use audit::offline::{Finding, Outcome, Report, SavedCheckpoint};
use kernel::Scope;
use testkit::app::TestApp;

use sqlx::{Connection as _, Executor as _};

use crate::eventually::eventually;
use crate::world::World;

/// The log's key, as the database has it.
async fn key(app: &TestApp) -> VerifierKey {
    let db = app.db("countersign_verifier");
    let mut tx = db.read(&Scope::Anonymous).await.unwrap();
    let verifier: String = sqlx::query_scalar("select verifier from broker.signing_keys")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    verifier.parse().unwrap()
}

/// Checks the log as the verifier.
async fn check(world: &World, saved: Vec<SavedCheckpoint>) -> Report {
    let (db, key) = (world.app.db("countersign_verifier"), key(&world.app).await);
    audit::verify_database(&db, &key, saved).await.unwrap()
}

async fn sequenced(world: &World) {
    only_unsequenced(world, 0).await;
}

/// Waits until all entries but `count` have their place.
async fn only_unsequenced(world: &World, count: u64) {
    let unsequenced = "update audit.entries set leaf_index = leaf_index where leaf_index is null";
    eventually("all other entries have their place", async || {
        (world.fate(unsequenced).await == count).then_some(())
    })
    .await;
}

/// One entry in the middle: its id.
async fn victim(world: &World) -> String {
    let db = world.app.db("countersign_verifier");
    let mut tx = db.read(&Scope::Anonymous).await.unwrap();
    let id: sqlx::types::Uuid = sqlx::query_scalar("select id from audit.all_entries(2, 1)")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    kernel::AuditEntryId::from(id).to_string()
}

#[tokio::test]
async fn an_untouched_log_holds() {
    let world = World::start().await;
    sequenced(&world).await;
    let report = check(&world, Vec::new()).await;
    assert_eq!(report.outcome, Outcome::Ok, "{report}");
}

#[tokio::test]
async fn an_altered_row_is_found_and_named() {
    let world = World::start().await;
    sequenced(&world).await;
    let victim = victim(&world).await;
    world
        .fate("update audit.entries set action = 'identity.nothing_happened' where leaf_index = 3")
        .await;
    let report = check(&world, Vec::new()).await;
    assert_eq!(found(&report), [("altered_row", Some(victim))], "{report}");
}

#[tokio::test]
async fn a_removed_row_is_found_and_its_place_named() {
    let world = World::start().await;
    sequenced(&world).await;
    world
        .fate("delete from audit.entries where leaf_index = 3")
        .await;
    let report = check(&world, Vec::new()).await;
    assert_eq!(found(&report), [("removed_row", None)], "{report}");
    let [Finding::RemovedRow { index, .. }] = report.findings[..] else {
        panic!("{report}");
    };
    assert_eq!(index, 3);
}

#[tokio::test]
async fn a_row_inserted_into_the_past_gets_no_place_and_is_named() {
    let world = World::start().await;
    sequenced(&world).await;
    let id = "01900000-0000-7000-8000-000000000001";
    insert(&world, id, "now() - interval '1 day'", "null").await;
    // Whatever comes after it is sequenced, so the sequencer has passed it by.
    world.propose("Later").await;
    only_unsequenced(&world, 1).await;
    let report = check(&world, Vec::new()).await;
    assert_eq!(
        found(&report),
        [("inserted_row", Some(text(id)))],
        "{report}"
    );
}

#[tokio::test]
async fn a_row_inserted_with_a_place_of_its_own_is_named() {
    let world = World::start().await;
    sequenced(&world).await;
    let id = "01900000-0000-7000-8000-000000000002";
    insert(&world, id, "now()", "100000").await;
    let report = check(&world, Vec::new()).await;
    assert_eq!(
        found(&report),
        [("inserted_row", Some(text(id)))],
        "{report}"
    );
}

async fn insert(world: &World, id: &str, at: &str, place: &str) {
    let statement = format!(
        "insert into audit.entries (id, at, leaf_index, actor_kind, action, details)
         values ('{id}', {at}, {place}, 'system', 'approvals.approved', '{{}}')"
    );
    world.fate(&statement).await;
}

fn text(id: &str) -> String {
    let id: sqlx::types::Uuid = id.parse().unwrap();
    kernel::AuditEntryId::from(id).to_string()
}

/// The findings' kinds, and which row each names.
fn found(report: &Report) -> Vec<(&'static str, Option<String>)> {
    let row = |finding: &Finding| match finding {
        Finding::AlteredRow { row, .. }
        | Finding::InsertedRow { row, .. }
        | Finding::MisplacedRow { row, .. } => Some(row.id.to_string()),
        _ => None,
    };
    let findings = report.findings.iter();
    findings
        .map(|finding| (finding.kind(), row(finding)))
        .collect()
}

#[tokio::test]
async fn no_login_can_write_to_the_log_but_through_append() {
    let world = World::start().await;
    for (role, statement) in [
        (
            "countersign_front",
            "update audit.entries set action = 'a.b'",
        ),
        ("countersign_front", "delete from audit.entries"),
        (
            "countersign_broker",
            "update audit.nodes set hash = sha256('x')",
        ),
        ("countersign_broker", "delete from audit.checkpoints"),
        ("countersign_verifier", "delete from audit.entries"),
    ] {
        let mut connection = match role {
            "countersign_verifier" => sqlx::PgConnection::connect_with(&world.app.login(role))
                .await
                .unwrap(),
            _ => world.sql(role).await,
        };
        let refused = connection
            .execute(sqlx::AssertSqlSafe(statement.to_owned()))
            .await
            .unwrap_err();
        assert_eq!(
            refused.as_database_error().unwrap().code().unwrap(),
            "42501",
            "{role}: {statement}"
        );
    }
}
