//! VA-02, VA-03.

use std::sync::Arc;

use broker::rotation::RotationKind;
use testkit::app::{Options, TestApp};
use trust::Status;

use super::{evidence, falls_with, instance, without};
use crate::sql::fate;
use crate::vault::keepers::config::{alone, transit};
use crate::vault::keepers::server::{KeyServer, Mood};
use crate::vault::rotated;
use crate::world::{World, connect, propose, signed_up};

const CONTROL: &str = "broker.rotation";
const FILES: &str = "files.sealed";
const ENVELOPE: &str = "broker.envelope";
const ATTRIBUTES: &str = "broker.attributes";

#[tokio::test]
async fn va_02_falls_when_the_key_management_service_ignores_what_a_key_is_wrapped_for() {
    let server = Arc::new(KeyServer::start().await);
    let kept = Arc::clone(&server);
    let app = TestApp::start_with(Options {
        master_keys: Some(alone(move || transit(&kept, "first"))),
        ..Options::default()
    })
    .await;
    let sound = evidence(instance(&app), ENVELOPE).await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    assert!(sound.evidence.contains("transit:transit/first:v1"));
    server.mood(Mood::IgnoresContext);
    let broken = evidence(instance(&app), ENVELOPE).await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
    assert!(
        broken.evidence.contains("another organisation's place"),
        "{broken:?}"
    );
    server.mood(Mood::Status(503));
    let away = evidence(instance(&app), ENVELOPE).await;
    assert_eq!(away.status, Status::Fail, "{away:?}");
    assert!(
        away.evidence.contains("vault.keeper_unreachable"),
        "{away:?}"
    );
}

#[tokio::test]
async fn va_02_falls_when_a_token_is_sealed_by_a_key_of_another_purpose() {
    let moved = "alter table broker.data_keys drop constraint data_keys_purpose_check;
        update broker.data_keys set purpose = 'whatever' where purpose = 'integration_tokens'";
    falls_with(ENVELOPE, moved, "of another purpose").await;
}

#[tokio::test]
async fn va_02_falls_when_two_organisations_share_a_data_key() {
    let shared =
        "insert into broker.data_keys (id, org_id, purpose, wrapped_by, wrapped, retired_at)
        select k.id, o.id, k.purpose, k.wrapped_by, k.wrapped, now()
          from broker.data_keys k, identity.organisations o where o.id <> k.org_id limit 1";
    falls_with(ENVELOPE, shared, "those of another row").await;
}

#[tokio::test]
async fn va_04_falls_when_the_web_process_reads_what_values_are_found_by() {
    let granted = "grant select on approvals.blind_indexes to countersign_front";
    falls_with(ATTRIBUTES, granted, "reaches the indexes").await;
    let granted =
        "grant execute on function approvals.indexed(text[], bytea[], int) to countersign_front";
    falls_with(ATTRIBUTES, granted, "approvals.indexed").await;
}

#[tokio::test]
async fn va_04_falls_when_equal_values_of_two_organisations_are_found_by_the_same() {
    let world = World::start().await;
    world.propose("The same").await;
    let stranger = signed_up(&world.app).await;
    let connection = connect(&stranger, world.provider.url(), "write").await;
    propose(&stranger, &connection, "The same").await;
    let sound = evidence(instance(&world.app), ATTRIBUTES).await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    assert!(sound.evidence.contains("2 payloads"), "{sound:?}");
    let alike = "update approvals.blind_indexes set index = decode(repeat('00', 16), 'hex')";
    world.fate(alike).await;
    let broken = evidence(instance(&world.app), ATTRIBUTES).await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
    assert!(broken.evidence.contains("of two organisations"));
}

#[tokio::test]
async fn va_08_falls_when_the_broker_finds_files_of_other_organisations() {
    let open = "create policy leak on broker.files for select to countersign_broker using (true);
        create policy leak on broker.data_keys for select to countersign_broker using (true)";
    falls_with(FILES, open, "another organisation").await;
}

#[tokio::test]
async fn va_01_falls_when_the_web_process_may_read_a_ciphertext() {
    for (column, table) in [("sealed", "broker.secrets"), ("sealed_key", "broker.files")] {
        let granted = format!("grant select ({column}) on {table} to countersign_front");
        let read = format!("may read {table}.{column}");
        falls_with("broker.sealed_values", &granted, &read).await;
    }
}

#[tokio::test]
async fn va_08_falls_when_the_web_process_may_read_the_keys_of_files() {
    let granted = "grant select (sealed_key) on broker.files to countersign_front";
    falls_with(FILES, granted, "may read the keys of files").await;
}

#[tokio::test]
async fn va_08_is_an_error_where_the_stored_file_cannot_be_looked_at() {
    let app = TestApp::start().await;
    let mut elsewhere = instance(&app);
    elsewhere.files_folder = Some("/nonexistent".into());
    let found = evidence(elsewhere, FILES).await;
    assert_eq!(found.status, Status::Error, "{found:?}");
}

/// Where nobody can look at what is stored, the broker attacks a file of its own.
#[tokio::test]
async fn va_08_is_held_by_the_brokers_own_file_where_there_is_no_folder() {
    let app = TestApp::start().await;
    let mut bucket = instance(&app);
    bucket.files_folder = None;
    let found = evidence(bucket, FILES).await;
    assert_eq!(found.status, Status::Pass, "{found:?}");
    assert!(found.evidence.contains("refused 5 attacks"), "{found:?}");
}

#[tokio::test]
async fn va_03_falls_when_the_web_process_may_move_keys() {
    let granted = "grant execute on function broker.rewrap(uuid[], text[], bytea[], bytea[]) to countersign_front";
    falls_with(CONTROL, granted, "broker.rewrap").await;
}

#[tokio::test]
async fn va_03_falls_when_the_web_process_may_ask() {
    let granted = "grant insert on broker.rotations to countersign_front;
        create policy leak on broker.rotations for insert to countersign_front with check (true)";
    falls_with(CONTROL, granted, "asks for a rotation").await;
}

#[tokio::test]
async fn va_03_falls_when_the_broker_may_ask_by_itself() {
    let granted = "grant execute on function broker.ask_rotation(uuid, text) to countersign_broker";
    falls_with(CONTROL, granted, "the broker's login asks for a rotation").await;
}

#[tokio::test]
async fn va_03_falls_when_keys_move_while_nothing_rotates() {
    let refuses = "raise exception using errcode = '42501', message = 'no rotation is under way';";
    let lenient = without("broker.rewrap", refuses);
    falls_with(CONTROL, &lenient, "keys move while nothing rotates").await;
}

#[tokio::test]
async fn va_03_falls_when_keys_of_all_tenants_are_shown_while_nothing_rotates() {
    let open = "create or replace function broker.keys_to_rewrap(at_most int)
        returns table (org_id uuid, id text, wrapped_by text, wrapped bytea)
        language sql stable security definer set search_path = pg_catalog, pg_temp as $$
            select k.org_id, k.id, k.wrapped_by, k.wrapped from broker.data_keys k limit at_most $$";
    falls_with(CONTROL, open, "shown to the broker's login").await;
}

#[tokio::test]
async fn va_03_falls_when_an_old_master_key_wraps_something_again() {
    let app = TestApp::start().await;
    let ended = rotated(&app, RotationKind::MasterKey).await;
    assert_eq!(ended.failure, None);
    let sound = evidence(instance(&app), CONTROL).await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    assert!(sound.evidence.contains("wraps all data keys but 0"));
    fate(&app, "update broker.data_keys set wrapped_by = 'file:old'").await;
    let broken = evidence(instance(&app), CONTROL).await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
    assert!(
        broken.evidence.contains("another master key wraps"),
        "{broken:?}"
    );
}

#[tokio::test]
async fn va_03_falls_when_a_key_that_was_replaced_is_there_still() {
    // Found though nobody asked for a rotation.
    let kept = "update broker.data_keys set retired_at = now()";
    falls_with(CONTROL, kept, "retired data keys are there still").await;
}

#[tokio::test]
async fn va_03_falls_when_values_of_all_tenants_are_shown_while_nothing_rotates() {
    let open = without("broker.values_under", ":= broker.rotating_data_keys()");
    falls_with(CONTROL, &open, "broker.values_under").await;
}
