//! The main job, end to end, by HTTP and MCP alone: the same play as the demo's.

use demo::{Play, play, unused_address};
use testkit::app::{Options, TestApp};

use crate::world::{PASSWORD, host_of, start_tracker, tracker_owner};

#[tokio::test]
async fn the_main_job_holds_from_sign_up_to_proof() {
    // The server's address is part of the tracker's configuration and the other way round: a
    // provider in front of the tracker has the address that the server is told.
    let first = start_tracker("http://127.0.0.1:1/replaced").await;
    let provider = testkit::provider::Provider::start(first.base_url()).await;
    let options = Options {
        private: vec![host_of(provider.url())],
        ..Options::default()
    };
    let app = TestApp::start_with(options).await;
    first.stop().await;
    let tracker = start_tracker(&format!("{}/connectors/callback", app.url)).await;
    provider.upstream(tracker.base_url());
    let log = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/logs/helpdesk-simulated.xes.gz"
    ))
    .unwrap();
    let mut steps = Vec::new();
    let email = unused_address();
    let played = play(
        Play {
            base: &app.url,
            tracker: provider.url(),
            tracker_owner: tracker_owner(),
            email: &email,
            password: PASSWORD,
            log: ("Helpdesk (simulated)", log),
        },
        |step| steps.push(step),
    )
    .await;
    let failed: Vec<_> = steps.iter().filter(|step| !step.ok).collect();
    assert!(played.is_ok() && failed.is_empty(), "{failed:?}");
    assert_eq!(
        provider.seen(&reqwest::Method::POST).len(),
        1,
        "one ticket was created, once"
    );
}
