//! VA-02, VA-03: keys rotate while the server serves, and what has rotated opens by the new key alone.

mod data_keys;
mod files;
pub(crate) mod keepers;
mod many_keys;
mod master_key;
mod stolen;
mod turn;

use std::path::Path;
use std::time::Duration;

use broker::rotation::{self, Rotation, RotationKind};
use crypto::{KeyId, MasterKey, Sealed};
use db::Db;
use kernel::{OrganisationId, RotationId};
use serde_json::Value;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use testkit::app::TestApp;

use many_keys::{key_place, many_keys, master};

use crate::approvals::page;
use crate::eventually::within;
use crate::sql::fate;
use crate::world::World;

/// Longer than a rotation of what the tests make takes on a machine that does much else.
const LIMIT: Duration = Duration::from_secs(30);

/// Waits until a rotation is over.
async fn over(broker: &Db, id: RotationId) -> Rotation {
    within(LIMIT, "the rotation is over", async || {
        let now = rotation::look(broker, id).await.unwrap().unwrap();
        now.is_over.then_some(now)
    })
    .await
}

/// Asks for a rotation, and waits until it is over.
pub(crate) async fn rotated(app: &TestApp, kind: RotationKind) -> Rotation {
    let verifier = app.db("countersign_verifier");
    let (id, _) = rotation::ask(&verifier, kind).await.unwrap();
    over(&app.db("countersign_broker"), id).await
}

/// Has retired keys be retired for long enough to be destroyed.
pub(crate) async fn hurry(app: &TestApp) {
    for table in ["data_keys", "server_keys"] {
        // Past those that a rotation holds, so that neither waits for the other.
        let earlier = format!(
            "update broker.{table} set retired_at = retired_at - interval '1 minute'
              where id in (select id from broker.{table} where retired_at is not null for update skip locked)"
        );
        fate(app, &earlier).await;
    }
}

/// Replaces every data key, without the wait before the old ones are destroyed.
pub(crate) async fn data_keys_rotated(app: &TestApp) -> Rotation {
    let (broker, verifier) = (app.db("countersign_broker"), app.db("countersign_verifier"));
    let (id, _) = rotation::ask(&verifier, RotationKind::DataKeys)
        .await
        .unwrap();
    within(LIMIT, "the rotation is over", async || {
        let now = rotation::look(&broker, id).await.unwrap().unwrap();
        hurry(app).await;
        now.is_over.then_some(now)
    })
    .await
}

/// Whether the broker opens the payload of a proposal.
async fn opens(world: &World, proposal: &(String, Value)) -> bool {
    let html = page(world, &format!("/approvals/{}", proposal.0)).await;
    html.contains("id=\"hashed-document\"") && html.contains(proposal.1.as_str().unwrap())
}

/// A data key as a dump of the database has it.
#[derive(Debug, sqlx::FromRow)]
struct DataKey {
    organisation: Option<Uuid>,
    id: String,
    wrapped_by: String,
    wrapped: Vec<u8>,
}

async fn data_keys(world: &World) -> Vec<DataKey> {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query_as(
        "select org_id as organisation, id, wrapped_by, wrapped from broker.data_keys
         union all select null, id, wrapped_by, wrapped from broker.server_keys",
    )
    .fetch_all(&mut hand)
    .await
    .unwrap()
}

/// How many of them any key of the file opens.
fn openable(file: &Path, keys: &[DataKey]) -> usize {
    let text = std::fs::read_to_string(file).unwrap();
    let masters: Vec<MasterKey> = text.lines().map(master).collect();
    let opens = |key: &&DataKey| {
        let organisation = key.organisation.map(OrganisationId::from);
        let tenant = organisation.map(|id| id.to_string());
        let place = key_place(tenant.as_deref(), &key.id);
        let wrapped = Sealed::from_bytes(key.wrapped.clone());
        let by = KeyId::new(key.wrapped_by.as_str());
        let mut masters = masters.iter();
        masters.any(|master| master.unwrap(&by, &wrapped, &place).is_ok())
    };
    keys.iter().filter(opens).count()
}
