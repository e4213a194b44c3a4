//! The permission catalogue, roles of an organisation's own, teams, what people and teams were given of
//! single things, and organisation API keys.
//!
//! Promises: a permission that is not in the catalogue does not exist; a key is shown once, stored
//! as a hash, and never holds more than its maker held when it was made; nobody gives what they do not
//! hold; what is private is on one list.
//! An API key is a person's and ends with them; a service key is the organisation's, and reads, or says
//! what its directory says; an
//! anonymous key shows what the organisation shows to everybody, once that is turned on.

mod asset_grants;
pub mod catalogue;
mod create_anonymous_key;
mod create_api_key;
mod create_service_key;
mod holds;
mod key;
mod list_anonymous_keys;
mod list_api_keys;
mod list_service_keys;
mod new_role;
mod note_use;
mod operator;
pub mod private;
mod provisioned_teams;
mod public_face;
mod revoke_anonymous_key;
mod revoke_api_key;
mod revoke_service_key;
mod roles;
mod store;
mod team_name;
mod teams;
mod turn_anonymous;

pub use asset_grants::{
    Asset, AssetGrant, Grantee, ShareError, asset_grants, give, given_to, may_share, open_asset,
    take_back,
};
pub use catalogue::Permission;
pub use create_anonymous_key::{NewAnonymousKey, NewAnonymousKeyError, create_anonymous_key};
pub use create_api_key::{CreateApiKeyError, NewApiKey, NewApiKeyError, create_api_key};
pub use create_service_key::{NewServiceKey, SERVICE_SCOPES, create_service_key};
pub use holds::holds;
pub use key::KeyRow;
pub use list_anonymous_keys::{
    AnonymousAccess, AnonymousKeyRow, LintVerdict, anonymous_access, anonymous_keys,
};
pub use list_api_keys::{ApiKeyRow, api_keys};
pub use list_service_keys::{ServiceKeyRow, service_keys};
pub use new_role::{NewRole, NewRoleError, ROLE_LEVELS};
pub use note_use::KeyUses;
pub use operator::{
    NewOperatorAccess, NewOperatorAccessError, OpenOperatorError, OpenedAccess, OperatorAccess,
    OperatorAccessRow, close_operator, end_operator, open_operator, operator_access,
    operator_accesses,
};
pub use provisioned_teams::{
    ProvisionedTeam, WantedTeams, change_provisioned_members, change_provisioned_team,
    hold_provisioned_team, provision_team, provisioned_teams, release_team,
    remove_provisioned_team,
};
pub use public_face::public_name;
pub use revoke_anonymous_key::revoke_anonymous_key;
pub use revoke_api_key::revoke_api_key;
pub use revoke_service_key::revoke_service_key;
pub use roles::{Holder, Role, RoleError, change_role, make_role, remove_role, roles};
pub use team_name::{TeamName, TeamNameError};
pub use teams::{
    Team, TeamError, TeamMember, join_team, leave_team, make_team, remove_team, rename_team, teams,
};
pub use turn_anonymous::{TurnOnError, turn_off_anonymous, turn_on_anonymous};
