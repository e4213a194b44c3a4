use askama::Template;

use crate::Page;

/// The organisation's rules.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/organisation.html")]
pub struct Organisation {
    /// What every page shares.
    pub page: Page,
    /// Its name.
    pub name: String,
    /// Whether each member needs a second factor.
    pub is_second_factor_required: bool,
    /// Whether the person who looks has one: whoever asks it of others does.
    pub has_second_factor: bool,
}
