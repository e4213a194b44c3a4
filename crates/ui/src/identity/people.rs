use askama::Template;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// The members of the organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/people.html")]
pub struct People {
    /// What every page shares.
    pub page: Page,
    /// Them, in the order of joining.
    pub members: Vec<Member>,
}

/// A member of the organisation.
#[derive(Debug, Clone)]
pub struct Member {
    /// Name.
    pub name: String,
    /// Email address.
    pub email: String,
    /// Role, in words.
    pub role: String,
    /// Level of the role, 20 (viewer) to 100 (super admin).
    pub level: u8,
    /// When the membership began.
    pub joined_at: OffsetDateTime,
    /// Whether it is the person who looks.
    pub is_viewer: bool,
}
