//! The permission catalogue, and organisation API keys.
//!
//! Promises: a permission that is not in the catalogue does not exist; a key is shown once, stored
//! as a hash, and never holds more than its maker.

pub mod catalogue;
mod create_api_key;
mod list_api_keys;
mod note_use;
mod revoke_api_key;
mod store;

pub use catalogue::Permission;
pub use create_api_key::{
    CreateApiKeyError, NewApiKey, NewApiKeyError, create_api_key, is_for_keys,
};
pub use list_api_keys::{ApiKeyRow, api_keys};
pub use note_use::KeyUses;
pub use revoke_api_key::revoke_api_key;
