//! Values as pages show them. Counts, shares and durations are in [`kernel::words`].

mod bytes;
mod code_spans;
mod json;
mod millis;
mod moment;
mod visible;

pub use bytes::bytes;
pub use code_spans::{Span, code_spans};
pub use json::{JsonToken, JsonTokenKind, json_tokens};
pub use millis::millis;
pub use moment::{ago, day, machine, utc};
pub use visible::{hides_something, visible};
