//! API keys.

mod anonymous_keys;
mod api_key_created;
mod api_keys;
mod key_kind;

pub use anonymous_keys::{AnonymousKeyRow, AnonymousKeys, Lint};
pub use api_key_created::ApiKeyCreated;
pub use api_keys::{ApiKeyRow, ApiKeys, KeyState, ScopeChoice};
pub use key_kind::KeyKind;
