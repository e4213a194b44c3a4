//! The log: one sentence and its fields a line, on stderr, and nothing that does not belong there.
//!
//! Every line passes [`shield::redact`] on its way out, so that a careless `%error` cannot leak.
//! That is the net below; the rule above it is that secrets, bodies and addresses are not logged.

mod database_error;
mod filter;
mod line;
mod parts;

use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogConfig, LogFormat};

pub(crate) use database_error::database_error;
pub(crate) use line::LineFormat;

/// Starts the log of this process, which is called `process` in it. Later calls change nothing.
pub(crate) fn start(config: &LogConfig, process: &'static str) {
    let lines = tracing_subscriber::fmt::layer()
        // Colours would stand between a name and its value, where redaction looks.
        .with_ansi(false)
        .event_format(LineFormat {
            process,
            format: config.format,
        })
        .with_writer(std::io::stderr)
        .with_filter(filter::filter(&config.level));
    if tracing_subscriber::registry()
        .with(lines)
        .try_init()
        .is_ok()
    {
        std::panic::set_hook(Box::new(tell_panic));
    }
}

/// The log of a command that a person runs: problems, for people.
pub(crate) fn start_for_command() {
    start(
        &LogConfig {
            format: LogFormat::Text,
            level: "warn".to_owned(),
        },
        "command",
    );
}

/// The default hook would print the message as it is.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let payload = panic.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let at = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::error!(at, message = message.unwrap_or("?"), "server.panicked");
}

#[cfg(test)]
mod tests;
