use db::{Error, ReadTx};
use kernel::{RoleId, UserId};
use time::OffsetDateTime;

use crate::store;

/// A member of the bound organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    pub role: String,
    /// 100 (Super Admin) down to 20 (Viewer).
    pub level: i32,
    /// The organisation's own role that they have instead, with its name.
    pub custom_role: Option<(RoleId, String)>,
    /// Since when.
    pub joined_at: OffsetDateTime,
    /// Whether the organisation's directory looks after them.
    pub is_provisioned: bool,
    /// Whether mail to the address was shown to reach them.
    pub is_verified: bool,
}

/// Somebody whom the directory suspended: no member, until it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspended {
    /// The person.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// Since when.
    pub since: OffsetDateTime,
}

/// Whom the directory of the bound organisation suspended, the latest first: two hundred at most.
pub async fn suspended(tx: &mut ReadTx) -> Result<Vec<Suspended>, Error> {
    store::provisioning::suspended(tx).await
}

/// The members of the bound organisation, in the order of joining.
pub async fn members(tx: &mut ReadTx) -> Result<Vec<Member>, Error> {
    store::members(tx).await
}
