//! Values as people read them.

mod bytes;
mod count;
mod duration;
mod json;
mod moment;
mod visible;

pub use bytes::bytes;
pub use count::{count, percent};
pub use duration::{millis, seconds};
pub use json::{JsonToken, JsonTokenKind, json_tokens};
pub use moment::{ago, day, machine, utc};
pub use visible::{hides_something, visible};
