//! The same in a bucket of S3, which is moto: it is not ours, and checks signatures and permissions.

mod doors;
mod objects;
mod recorder;
mod remains;

use std::sync::Arc;

use broker::egress::SystemLookup;
use broker::files::{BucketConfig, FileStore, FileStoreError};
use kernel::{Secret, SystemRng};
use serde_json::{Value, json};
use testkit::app::{Files, Options};

use crate::vault::keepers::moto::Moto;
use crate::world::World;

/// What docs/vault.md lists.
const ALLOWED: [&str; 6] = [
    "s3:PutObject",
    "s3:GetObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:AbortMultipartUpload",
];

fn moto() -> Arc<Moto> {
    Arc::new(Moto::allowing(&ALLOWED))
}

fn config(moto: &Moto, url: &str) -> BucketConfig {
    BucketConfig {
        origin: url.parse().unwrap(),
        authorities: Vec::new(),
        bucket: "countersign-files".to_owned(),
        region: "eu-central-1".to_owned(),
        prefix: "team/files".to_owned(),
        access_key_id: moto.id.clone(),
        secret_access_key: Secret::new(moto.secret.clone()),
        session_token: None,
    }
}

/// What a start makes of it.
async fn started(config: BucketConfig) -> Result<(), FileStoreError> {
    let store = FileStore::bucket(config, Arc::new(SystemLookup)).unwrap();
    store.check(&SystemRng).await
}

/// A world whose files are in the bucket, which is reached at `url`.
async fn world_at(moto: &Arc<Moto>, url: &str) -> World {
    let (moto, url) = (Arc::clone(moto), url.to_owned());
    let files = Files::new(move |_| {
        FileStore::bucket(config(&moto, &url), Arc::new(SystemLookup)).unwrap()
    });
    let options = Options {
        files: Some(files),
        ..Options::default()
    };
    World::start_with(options).await
}

async fn world(moto: &Arc<Moto>) -> World {
    world_at(moto, moto.url()).await
}

fn names(moto: &Moto) -> Vec<String> {
    let names = moto.hand(&json!({ "do": "names" }));
    let text = |name: &Value| name.as_str().unwrap().to_owned();
    names.as_array().unwrap().iter().map(text).collect()
}

fn uploads(moto: &Moto) -> u64 {
    moto.hand(&json!({ "do": "uploads" })).as_u64().unwrap()
}

fn object(moto: &Moto, name: &str) -> Vec<u8> {
    let found = moto.hand(&json!({ "do": "get", "name": name }));
    hex::decode(found.as_str().unwrap()).unwrap()
}

fn put(moto: &Moto, name: &str, content: &[u8]) {
    let content = hex::encode(content);
    moto.hand(&json!({ "do": "put", "name": name, "content": content }));
}

/// So long that it leaves in parts.
fn long() -> Vec<u8> {
    use std::fmt::Write as _;
    let mut text = "case,activity,timestamp,note\n".to_owned();
    let note = "x".repeat(900);
    for number in 0..19_000 {
        writeln!(text, "{},a,2026-01-01T00:00:00Z,{note}{number}", number / 4).unwrap();
    }
    text.into_bytes()
}
