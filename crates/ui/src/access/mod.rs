//! API keys, roles of the organisation's own, and teams.

mod anonymous_keys;
mod api_key_created;
mod api_keys;
mod key_kind;
mod operators;
mod roles;
mod teams;

pub use anonymous_keys::{AnonymousKeyRow, AnonymousKeys, Lint};
pub use api_key_created::ApiKeyCreated;
pub use api_keys::{ApiKeyRow, ApiKeys, KeyState, ScopeChoice};
pub use key_kind::KeyKind;
pub use operators::{OperatorRow, Operators};
pub use roles::{LevelChoice, Role, RoleForm, RoleRow, Roles};
pub use teams::{Team, TeamAsset, TeamChoice, TeamForm, TeamMember, TeamRow, Teams};
