//! The same file, opened by a program that knows the form of it alone.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crypto::digest::sha256;
use kernel::{FileId, OrganisationId};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use sqlx::{Connection as _, FromRow};

use super::{csv, imported, large, stored};
use crate::world::World;

#[derive(FromRow)]
struct Row {
    id: Uuid,
    org: Uuid,
    key: String,
    sealed_key: Vec<u8>,
    wrapped_by: String,
    wrapped: Vec<u8>,
}

#[tokio::test]
async fn somebody_elses_aes_opens_what_the_broker_sealed() {
    let world = World::start().await;
    for content in [csv(1), large()] {
        let log = imported(&world.owner, content.clone()).await;
        let told = open(&world).await;
        let size = content.len();
        assert_eq!(
            told,
            json!({ "sha256": hex::encode(sha256(&content)), "bytes": size })
        );
        let path = format!("/api/v1/logs/{log}");
        let gone = world.owner.send(reqwest::Method::DELETE, &path, None).await;
        assert!(gone.unwrap().status().is_success());
        crate::eventually::eventually("its bytes are removed", async || {
            stored(&world.app).is_empty().then_some(())
        })
        .await;
    }
}

async fn open(world: &World) -> Value {
    let options = world.app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let row: Row = sqlx::query_as(
        "select f.id, f.org_id as org, k.id as key, f.sealed_key, k.wrapped_by, k.wrapped
           from broker.files f join broker.data_keys k on k.org_id = f.org_id and k.id = f.key_id",
    )
    .fetch_one(&mut hand)
    .await
    .unwrap();
    let master = std::fs::read_to_string(&world.app.master_key_file).unwrap();
    let asked = json!({
        "tenant": OrganisationId::from(row.org), "file": FileId::from(row.id), "path": stored(&world.app)[0],
        "data_key": row.key, "sealed_key": hex::encode(row.sealed_key), "wrapped_by": row.wrapped_by,
        "wrapped": hex::encode(row.wrapped), "master_key": master.lines().next(),
    });
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = root.join("target/moto/bin/python");
    assert!(
        python.exists(),
        "./dev test installs the package cryptography with moto"
    );
    let mut child = Command::new(python)
        .arg(root.join("tests/files/open.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}
