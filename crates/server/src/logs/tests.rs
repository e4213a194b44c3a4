use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What `say` writes to the log, without its moments.
fn written(format: LogFormat, say: impl FnOnce()) -> String {
    let kept = Kept::default();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .event_format(LineFormat {
            process: "front",
            format,
        })
        .with_writer(kept.clone())
        .with_filter(filter::filter("trace"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), say);
    String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn a_line_is_the_level_the_process_the_sentence_and_its_fields() {
    let line = written(LogFormat::Text, || {
        let _in_request = tracing::info_span!("request", id = "req_1").entered();
        tracing::info!(status = 200, path = "/approvals", "web.answered");
    });
    let (_, line) = line.split_once(' ').unwrap();
    assert_eq!(
        line,
        "INFO  front web.answered status=200 path=/approvals in request{id=\"req_1\"}\n"
    );
}

#[test]
fn a_json_line_is_one_object() {
    let line = written(LogFormat::Json, || {
        tracing::warn!(
            count = 3,
            held = true,
            token = "abc",
            time = "forged",
            "web.answered"
        );
    });
    let mut object: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_ne!(object["time"], "forged");
    object["time"] = serde_json::Value::Null;
    assert_eq!(
        object,
        serde_json::json!({
            "time": null, "level": "warn", "process": "front", "message": "web.answered",
            "count": 3, "held": true, "token": "[redacted]",
        })
    );
}

#[test]
fn a_value_cannot_pass_for_a_line_of_its_own() {
    let line = written(LogFormat::Text, || {
        tracing::info!(agent = %"x\n2026-01-01T00:00:00.000Z ERROR front all is lost", "web.answered");
    });
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn others_talk_is_left_out_and_statements_are_never_logged() {
    let lines = written(LogFormat::Text, || {
        tracing::debug!(target: "h2::codec", "headers: cookie");
        tracing::warn!(target: "h2::codec", "reset");
        tracing::error!(target: "sqlx::query", "select * from users");
        tracing::trace!(target: "web::edge", "looked");
    });
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.contains("reset") && lines.contains("looked"));
}

#[test]
fn a_database_error_tells_neither_statement_nor_value() {
    let error = sqlx::Error::Protocol("unexpected canary".to_owned());
    assert!(!database_error(&error).contains("canary"));
    let error = sqlx::Error::Decode("canary".into());
    assert!(!database_error(&error).contains("canary"));
    let error = sqlx::Error::PoolTimedOut;
    let line = written(LogFormat::Text, || {
        let error: &(dyn std::error::Error + 'static) = &error;
        tracing::error!(error, "db.failed");
    });
    assert!(line.contains("no connection to the database became free in time"));
}

proptest! {
    #[test]
    fn no_way_to_log_lets_a_canary_through(canary in "Q[A-Za-z0-9]{20,40}Z", json: bool) {
        let format = if json { LogFormat::Json } else { LogFormat::Text };
        let url = format!("https://app/callback?code={canary}");
        let error = io::Error::other(url.clone());
        let lines = written(format, || {
            let _span = tracing::info_span!("call", %url).entered();
            tracing::info!("sent {url}");
            tracing::info!(%url, "a");
            tracing::info!(?url, "b");
            tracing::info!(%error, "c");
            tracing::info!(error = &error as &(dyn std::error::Error + 'static), "d");
            tracing::info!(token = %canary, "e");
            tracing::info!(password = canary.as_str(), "f");
            tracing::info!(headers = ?[("authorization", format!("Bearer {canary}"))], "g");
        });
        prop_assert_eq!(lines.lines().count(), 8);
        prop_assert!(!lines.contains(&canary), "{}", lines);
    }
}
