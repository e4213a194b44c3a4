use sqlx::types::Uuid;

use super::http::Http;

/// Somebody, or something, that acts in one of the tenants.
pub(super) struct Actor {
    /// For the report.
    pub(super) name: String,
    pub(super) org: Uuid,
    /// Nil for a key that no person stands behind.
    pub(super) person: Uuid,
    pub(super) role: &'static str,
    pub(super) level: i32,
    /// What a key or a grant is limited to; none for a person at a browser.
    pub(super) scopes: Option<&'static [&'static str]>,
    /// Binds it in a transaction.
    pub(super) bind: String,
    pub(super) http: Http,
}

/// All that a reviewer does (AC-04).
const REVIEWER: [&str; 2] = ["approvals.decide", "approvals.read"];

impl Actor {
    /// Whether it may do that: what the model believes of roles, levels and scopes.
    pub(super) fn holds(&self, permission: &str) -> bool {
        let least = access::catalogue::find(permission).unwrap().least_level;
        let by_standing = if self.role == "REVIEWER" {
            REVIEWER.contains(&permission)
        } else {
            self.level >= least
        };
        by_standing
            && self
                .scopes
                .is_none_or(|scopes| scopes.contains(&permission))
    }

    /// Whether a person acts, at a browser.
    pub(super) const fn is_session(&self) -> bool {
        self.scopes.is_none()
    }

    /// Whether anybody is behind it.
    pub(super) const fn has_person(&self) -> bool {
        !self.person.is_nil()
    }
}
