use askama::Template;
use kernel::{OrganisationId, ProviderId};
use time::OffsetDateTime;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// Where a person is a member, and the form of a further organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/organisations.html")]
pub struct Organisations {
    /// What every page shares.
    pub page: Page,
    /// The person's address, at which others invite them.
    pub email: String,
    /// Whether they have proven lately who they are: leaving asks for it.
    pub is_recent: bool,
    /// The organisations, in the order of joining.
    pub organisations: Vec<OrganisationRow>,
    /// The name that was typed.
    pub name: String,
    /// What is wrong with it: `name`.
    pub errors: FieldErrors,
}

/// The single sign-on that somebody has to come by.
#[derive(Debug, Clone, Copy)]
pub struct OwnSignOn {
    /// The organisation's identity provider.
    pub provider: ProviderId,
    /// Whether it knows them.
    pub is_linked: bool,
}

/// An organisation of the person's.
#[derive(Debug, Clone)]
pub struct OrganisationRow {
    /// Its identifier.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Their role in it, in words.
    pub role: String,
    /// When they joined.
    pub joined_at: OffsetDateTime,
    /// Whether it asks for a second factor.
    pub asks_second_factor: bool,
    /// What they come by, where it asks for its own single sign-on.
    pub sign_on: Option<OwnSignOn>,
    /// Whether this browser acts in it.
    pub is_current: bool,
    /// Whether nobody else is an owner of it.
    pub is_last_owner: bool,
    /// How many other members it has.
    pub others: u32,
}
