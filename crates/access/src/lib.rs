//! The permission catalogue, and organisation API keys.
//!
//! Promises: a permission that is not in the catalogue does not exist; a key is shown once, stored
//! as a hash, and never holds more than its maker held when it was made. An API key is a person's and
//! ends with them; a service key is the organisation's, and reads. What is private is on one list.

pub mod catalogue;
mod create_api_key;
mod create_service_key;
mod holds;
mod list_api_keys;
mod list_service_keys;
mod note_use;
pub mod private;
mod revoke_api_key;
mod revoke_service_key;
mod store;

pub use catalogue::Permission;
pub use create_api_key::{CreateApiKeyError, NewApiKey, NewApiKeyError, create_api_key};
pub use create_service_key::{NewServiceKey, SERVICE_SCOPES, create_service_key};
pub use holds::holds;
pub use list_api_keys::{ApiKeyRow, api_keys};
pub use list_service_keys::{ServiceKeyRow, service_keys};
pub use note_use::KeyUses;
pub use revoke_api_key::revoke_api_key;
pub use revoke_service_key::revoke_service_key;
