use askama::Template;

use crate::Page;

/// How an organisation's directory says who belongs to it (SCIM).
#[derive(Debug, Clone, Template)]
#[template(path = "identity/provisioning.html")]
pub struct Provisioning {
    /// What every page shares.
    pub page: Page,
    /// The address that a directory is given.
    pub base: String,
    /// Names of keys in force that may provision.
    pub keys: Vec<String>,
    /// How many members the directory looks after.
    pub members: usize,
    /// How many teams.
    pub teams: usize,
}
