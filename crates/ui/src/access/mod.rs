//! API keys.

mod api_key_created;
mod api_keys;

pub use api_key_created::ApiKeyCreated;
pub use api_keys::{ApiKeyRow, ApiKeys, KeyKind, KeyState, ScopeChoice};
