use std::fmt::{self, Write as _};

use kernel::{Clock as _, SystemClock};
use serde_json::{Map, json};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::parts::{Parts, Value};
use crate::config::LogFormat;

/// UTC, to the millisecond (RFC 3339).
const TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
/// A longer line is cut: nobody reads it, and a collector may refuse it.
const LONGEST_TEXT_BYTES: usize = 8 * 1024;

/// How a line of the log looks: the moment, the level, the process, the sentence, its fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineFormat {
    pub(crate) process: &'static str,
    pub(crate) format: LogFormat,
}

impl<S, N> FormatEvent<S, N> for LineFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut parts = Parts::default();
        event.record(&mut parts);
        let level = event.metadata().level().as_str();
        let spans = spans(context)?;
        match self.format {
            LogFormat::Text => writeln!(writer, "{}", self.text(level, &parts, &spans)),
            LogFormat::Json => writeln!(writer, "{}", self.json(level, &parts, &spans)),
        }
    }
}

impl LineFormat {
    fn text(&self, level: &str, parts: &Parts, spans: &str) -> String {
        let mut line = format!("{} {level:<5} {} {}", now(), self.process, parts.message);
        for (name, value) in &parts.fields {
            // Writing to a string cannot fail.
            let _ = match value {
                // Most often a code that there is none of.
                Value::Text(text) if text.is_empty() => Ok(()),
                Value::Text(text) => write!(line, " {name}={text}"),
                Value::Integer(number) => write!(line, " {name}={number}"),
                Value::Flag(flag) => write!(line, " {name}={flag}"),
            };
        }
        if !spans.is_empty() {
            let _ = write!(line, " in {spans}");
        }
        one_line(&line)
    }

    fn json(&self, level: &str, parts: &Parts, spans: &str) -> String {
        let mut object = Map::new();
        for (name, value) in &parts.fields {
            let value = match value {
                Value::Text(text) => json!(cut(text)),
                Value::Integer(number) => json!(number),
                Value::Flag(flag) => json!(flag),
            };
            object.insert((*name).to_owned(), value);
        }
        // Last, so that no field can take their names.
        object.insert("time".to_owned(), json!(now()));
        object.insert("level".to_owned(), json!(level.to_lowercase()));
        object.insert("process".to_owned(), json!(self.process));
        object.insert("message".to_owned(), json!(cut(&parts.message)));
        if !spans.is_empty() {
            object.insert("in".to_owned(), json!(cut(spans)));
        }
        serde_json::Value::Object(object).to_string()
    }
}

fn now() -> String {
    SystemClock.now().format(TIME).unwrap_or_default()
}

/// The spans around an event, the outermost first, with their fields.
fn spans<S, N>(context: &FmtContext<'_, S, N>) -> Result<String, fmt::Error>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    let mut out = String::new();
    for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
        let separator = if out.is_empty() { "" } else { ":" };
        write!(out, "{separator}{}", span.name())?;
        if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
            && !fields.is_empty()
        {
            write!(out, "{{{fields}}}")?;
        }
    }
    Ok(shield::redact(&out).into_owned())
}

/// A value with a line break could pass for a line of its own.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in cut(text).chars() {
        if letter.is_control() {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    out
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST_TEXT_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LONGEST_TEXT_BYTES);
    format!("{}… (cut)", text.get(..end).unwrap_or_default())
}
