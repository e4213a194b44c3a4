//! API keys, and roles of the organisation's own.

mod anonymous_keys;
mod api_key_created;
mod api_keys;
mod key_kind;
mod roles;

pub use anonymous_keys::{AnonymousKeyRow, AnonymousKeys, Lint};
pub use api_key_created::ApiKeyCreated;
pub use api_keys::{ApiKeyRow, ApiKeys, KeyState, ScopeChoice};
pub use key_kind::KeyKind;
pub use roles::{LevelChoice, Role, RoleForm, RoleRow, Roles};
