//! The permission catalogue, and organisation API keys.
//!
//! Promises: a permission that is not in the catalogue does not exist; a key is shown once, stored
//! as a hash, and never holds more than its maker; what is private is on one list.

pub mod catalogue;
mod create_api_key;
mod list_api_keys;
mod note_use;
pub mod private;
mod revoke_api_key;
mod store;

pub use catalogue::Permission;
pub use create_api_key::{CreateApiKeyError, NewApiKey, NewApiKeyError, create_api_key};
pub use list_api_keys::{ApiKeyRow, api_keys};
pub use note_use::KeyUses;
pub use revoke_api_key::revoke_api_key;
