use db::{Error, ReadTx};
use kernel::{OrganisationId, ProviderId};
use time::OffsetDateTime;

use crate::store;

/// An organisation that the bound person is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOrganisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    pub role: String,
    /// The name of the organisation's own role that they have instead.
    pub custom_role: Option<String>,
    /// When they joined.
    pub joined_at: OffsetDateTime,
    /// Whether it asks for a second factor.
    pub asks_second_factor: bool,
    /// What they come by, where it asks for its own single sign-on.
    pub sign_on: Option<OwnSignOn>,
    /// Whether the session acts in it.
    pub is_current: bool,
    /// Whether nobody else is an owner of it.
    pub is_last_owner: bool,
    /// How many other members it has.
    pub others: u32,
}

/// The single sign-on that somebody has to come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnSignOn {
    /// The organisation's identity provider.
    pub provider: ProviderId,
    /// Whether it knows them.
    pub is_linked: bool,
}

/// The organisations that the bound person is in, in the order of joining.
pub async fn own_organisations(tx: &mut ReadTx) -> Result<Vec<OwnOrganisation>, Error> {
    store::account::own_organisations(tx).await
}
