//! What errors tell.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use kernel::Secret;
use manifest::{RateLimit, Wait};
use serde_json::json;

use super::site::{Reply, Site};
use super::support::{Door, FakeDns, TOKEN, listing, quick};
use crate::credential::Credential;
use crate::egress::EgressError;

/// Everything that an error could put into a log.
fn told(error: &EgressError) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {}", error.code());
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text} {inner} {inner:?}");
        source = inner.source();
    }
    text
}

#[tokio::test]
async fn no_error_holds_an_address_an_argument_or_a_token() {
    let secret_words = [
        "127.0.0.1",
        "tracker.internal",
        "SECRETCURSOR",
        TOKEN,
        "http",
        "/api/v1",
    ];
    let mut errors = Vec::new();
    for reply in [
        Reply::Drop,
        Reply::Hang,
        Reply::with("500 X", "", "SECRETCURSOR"),
        Reply::with("302 X", "location: http://127.0.0.1/SECRETCURSOR\r\n", ""),
        Reply::with("200 X", "content-type: text/html\r\n", "SECRETCURSOR"),
        Reply::json("SECRETCURSOR"),
        Reply::Bytes(b"SECRETCURSOR\r\n\r\n".to_vec()),
    ] {
        let site = Site::always(reply).await;
        let door = Door::to(&site);
        let error = door
            .read("list_events", &json!({"cursor": "SECRETCURSOR"}))
            .await
            .unwrap_err();
        errors.push(error);
    }
    for (base, policy) in [
        ("https://tracker.internal", quick()),
        ("http://tracker.internal", quick()),
        ("http://tracker.internal", listing(&["tracker.internal:80"])),
        ("https://127.0.0.1:1", quick()),
        ("https://127.0.0.1:1", listing(&["127.0.0.1:1"])),
    ] {
        let door = Door::tracker(base, Arc::<FakeDns>::default(), policy);
        errors.push(
            door.read("list_events", &json!({"cursor": "SECRETCURSOR"}))
                .await
                .unwrap_err(),
        );
    }
    for error in &errors {
        for word in secret_words {
            assert!(!told(error).contains(word), "{word} in {}", told(error));
        }
    }
    assert_eq!(errors.len(), 12);
}

#[tokio::test]
async fn a_credential_that_breaks_out_of_its_header_is_refused() {
    let site = Site::always(Reply::json("{}")).await;
    let door = Door::to(&site);
    let planned = door.plan("list_events", &json!({})).unwrap();
    for bad in ["a\r\nx-evil: 1", "a\nb", "a\0b", "\u{7f}"] {
        let credential = Credential::OAuth2(Secret::new(bad.to_owned()));
        let refused = door
            .egress
            .send_read(&planned, door.route(), &credential)
            .await;
        assert_eq!(refused, Err(EgressError::Credential), "{bad:?}");
    }
    assert_eq!(
        (door.egress.sockets().opened(), site.connections().await),
        (0, 0)
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_unreachable() {
    let door = Door::tracker("https://nobody.example", Arc::<FakeDns>::default(), quick());
    let error = door.refused_without_a_socket().await;
    assert_eq!(error, EgressError::Unreachable { sent: false });
}

#[test]
fn a_refusal_is_told_from_a_plea_for_patience() {
    let code = |status, rate| EgressError::Status { status, rate }.code();
    let silent = RateLimit::default();
    for status in [400, 401, 403, 404, 410, 422] {
        assert_eq!(code(status, silent), "egress.refused", "{status}");
    }
    for status in [408, 425, 429, 500, 503] {
        assert_eq!(code(status, silent), "egress.status", "{status}");
    }
    // GitHub's limits come with 403.
    let spent = RateLimit {
        remaining: Some(0),
        ..silent
    };
    let paused = RateLimit {
        retry_after: Some(Wait::For(Duration::from_mins(1))),
        ..silent
    };
    assert_eq!(code(403, spent), "egress.status");
    assert_eq!(code(403, paused), "egress.status");
}
