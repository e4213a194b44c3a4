//! How long and how much.

use std::time::{Duration, Instant};

use super::site::{Reply, Site};
use super::support::{Door, quick};
use crate::egress::{EgressError, EgressPolicy};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

async fn timed(site: &Site) -> (EgressError, Duration) {
    let begun = Instant::now();
    let error = Door::to(site).list().await.unwrap_err();
    (error, begun.elapsed())
}

#[tokio::test]
async fn an_answer_that_drips_is_cut_at_the_total_time() {
    let every = Duration::from_millis(40);
    let body = format!("{HEAD}content-length: 1000000\r\n\r\n{{\"events\":[");
    let headers = "HTTP/1.1 200 OK\r\n";
    let chunks = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
    for (first, again) in [
        (body.as_bytes(), &b" "[..]),
        (headers.as_bytes(), b"x-a: b\r\n"),
        (chunks.as_bytes(), b"1\r\n \r\n"),
    ] {
        let site = Site::always(Reply::Repeat(first.to_vec(), again.to_vec(), every)).await;
        let (error, elapsed) = timed(&site).await;
        assert_eq!(error.code(), "egress.timeout");
        assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
    }
    let silent = Site::always(Reply::Hang).await;
    let (error, elapsed) = timed(&silent).await;
    assert_eq!(
        error,
        EgressError::Timeout {
            sent: true,
            status: None
        }
    );
    assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
}

/// Nothing but the announcement is sent: whoever waits for the bytes themselves waits for ever.
#[tokio::test]
async fn ten_gigabytes_are_refused_by_their_announcement() {
    let head = format!("{HEAD}content-length: 10737418240\r\n\r\n").into_bytes();
    let site = Site::always(Reply::Repeat(head, Vec::new(), Duration::from_millis(50))).await;
    let error = Door::to(&site).list().await.unwrap_err();
    assert_eq!(error, EgressError::TooLarge { status: 200 });
}

#[tokio::test]
async fn an_endless_answer_is_cut_at_the_limit() {
    let policy = EgressPolicy {
        max_answer_bytes: 256 * 1024,
        timeout: Duration::from_secs(20),
        ..quick()
    };
    let chunk = [b"4000\r\n".to_vec(), vec![b' '; 0x4000], b"\r\n".to_vec()].concat();
    for (framing, again) in [
        ("transfer-encoding: chunked\r\n", chunk.clone()),
        // No length at all: until the connection closes, which it never does.
        ("", vec![b' '; 0x4000]),
    ] {
        let head = format!("{HEAD}{framing}\r\n").into_bytes();
        let site = Site::always(Reply::Repeat(head, again, Duration::ZERO)).await;
        let error = Door::to_with(&site, policy.clone())
            .list()
            .await
            .unwrap_err();
        assert_eq!(error, EgressError::TooLarge { status: 200 });
        // What the kernel buffers on both sides comes on top, but no megabytes without end.
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(
            site.written_bytes() < 32 * 1024 * 1024,
            "{}",
            site.written_bytes()
        );
    }
}

#[tokio::test]
async fn a_length_that_lies_does_not_help() {
    let whole = r#"{"events":[{"id":1}],"next_cursor":null}"#;
    for length in [5, whole.len() + 1, usize::MAX / 2] {
        let answer = format!("{HEAD}content-length: {length}\r\nconnection: close\r\n\r\n{whole}");
        let site = Site::always(Reply::Bytes(answer.into_bytes())).await;
        let code = Door::to(&site).list().await.unwrap_err().code();
        assert!(
            matches!(code, "egress.malformed" | "egress.too_large"),
            "{length}: {code}"
        );
    }
    // RFC 9112 6.3: two different lengths, or a length and chunks, are how answers are smuggled.
    for framing in [
        "content-length: 5\r\ncontent-length: 40\r\n",
        "content-length: 40, 5\r\n",
    ] {
        let answer = format!("{HEAD}{framing}\r\n{whole}");
        let site = Site::always(Reply::Bytes(answer.into_bytes())).await;
        assert!(Door::to(&site).list().await.is_err(), "{framing}");
    }
}

#[tokio::test]
async fn the_limit_is_the_configured_one_to_the_byte() {
    let whole = r#"{"events":[],"next_cursor":null}"#;
    let site = Site::always(Reply::json(whole)).await;
    let exact = EgressPolicy {
        max_answer_bytes: whole.len(),
        ..quick()
    };
    assert!(Door::to_with(&site, exact).list().await.is_ok());
    let less = EgressPolicy {
        max_answer_bytes: whole.len() - 1,
        ..quick()
    };
    assert_eq!(
        Door::to_with(&site, less).list().await,
        Err(EgressError::TooLarge { status: 200 })
    );
}

#[test]
fn the_default_limits_are_thirty_seconds_and_five_megabytes() {
    let policy = EgressPolicy::default();
    assert_eq!(policy.timeout, Duration::from_secs(30));
    assert_eq!(policy.max_answer_bytes, 5 * 1024 * 1024);
    assert!(policy.private.is_empty() && policy.extra_roots.is_empty());
}
