use std::path::PathBuf;

use serde_json::{Value, json};
use tracker::{Seed, Settings, StartError};

use crate::support::{PASSWORD, refresh, settings, tracker_with};

/// A folder of its own for one test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn with_file(data: PathBuf) -> Settings {
    Settings {
        data: Some(data),
        seed: Seed::Simulated,
        ..settings()
    }
}

#[tokio::test]
async fn issues_keys_and_grants_outlive_a_restart() {
    let data = folder("restart").join("tracker.json");
    let tracker = tracker_with(with_file(data.clone())).await;
    let tokens = tracker.tokens("issues:read issues:write").await;
    let issue = json!({ "title": "kept" });
    let created = tracker.create(&tokens.access, &issue, Some("key")).await;
    let created: Value = created.json().await.unwrap();
    tracker.running.stop().await;

    let tracker = tracker_with(with_file(data)).await;
    tracker.assert_works(&tokens.access).await;
    let again = tracker.create(&tokens.access, &issue, Some("key")).await;
    assert_eq!(again.status(), 200);
    assert_eq!(
        again.json::<Value>().await.unwrap()["number"],
        created["number"]
    );
    assert_eq!(tracker.token(&refresh(&tokens.refresh)).await.0, 200);
}

#[tokio::test]
async fn the_file_is_private_and_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;

    let data = folder("private").join("tracker.json");
    let tracker = tracker_with(with_file(data.clone())).await;
    let tokens = tracker.tokens("issues:read").await;
    let pending = tracker.code("issues:read").await;
    let text = std::fs::read_to_string(&data).unwrap();
    for secret in [&tokens.access, &tokens.refresh, &pending, PASSWORD] {
        assert!(!text.contains(secret));
    }
    assert_eq!(
        std::fs::metadata(&data).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn two_trackers_do_not_share_a_file() {
    let data = folder("shared").join("tracker.json");
    let _first = tracker_with(with_file(data.clone())).await;
    let second = tracker::start(with_file(data), std::sync::Arc::new(tracker::SystemClock)).await;
    let Err(StartError::Data(cause)) = second else {
        panic!("the second one started")
    };
    assert!(
        cause.to_string().contains("another tracker uses"),
        "{cause}"
    );
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_left_alone() {
    let data = folder("foreign").join("tracker.json");
    std::fs::write(&data, "{\"somebody\": \"else\"}").unwrap();
    let settings = with_file(data.clone());
    let error = tracker::start(settings, std::sync::Arc::new(tracker::SystemClock)).await;
    assert!(matches!(error, Err(StartError::Data(_))));
    assert_eq!(
        std::fs::read_to_string(&data).unwrap(),
        "{\"somebody\": \"else\"}"
    );
}

#[tokio::test]
async fn a_change_that_cannot_be_saved_does_not_happen() {
    let folder = folder("unsaved");
    let tracker = tracker_with(with_file(folder.join("tracker.json"))).await;
    let tokens = tracker.tokens("issues:read issues:write").await;
    // The place of the new file is taken by a folder: nobody can write there, not even root.
    std::fs::create_dir(folder.join("tracker.json.new")).unwrap();
    let issue = json!({ "title": "lost" });
    let answer = tracker.create(&tokens.access, &issue, Some("key")).await;
    assert_eq!(answer.status(), 503);
    let found = tracker
        .read("/api/v1/issues?idempotency_key=key", &tokens.access)
        .await;
    assert_eq!(found["issues"], json!([]));

    std::fs::remove_dir(folder.join("tracker.json.new")).unwrap();
    let answer = tracker.create(&tokens.access, &issue, Some("key")).await;
    assert_eq!(answer.status(), 201);
}
