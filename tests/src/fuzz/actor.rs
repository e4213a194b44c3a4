use sqlx::types::Uuid;

use super::http::Http;

/// Somebody, or something, that acts in one of the tenants.
pub(super) struct Actor {
    /// For the report.
    pub(super) name: String,
    pub(super) org: Uuid,
    pub(super) person: Uuid,
    pub(super) level: i32,
    /// What a key or a grant is limited to; none for a person at a browser.
    pub(super) scopes: Option<Vec<&'static str>>,
    /// Binds it in a transaction.
    pub(super) bind: String,
    pub(super) http: Http,
}

impl Actor {
    /// Whether it may do that: what the model believes of levels and scopes.
    pub(super) fn holds(&self, permission: &str) -> bool {
        let least = access::catalogue::find(permission).unwrap().least_level;
        let is_in_scope = match &self.scopes {
            Some(scopes) => scopes.contains(&permission),
            None => true,
        };
        self.level >= least && is_in_scope
    }

    /// Whether a person acts, at a browser.
    pub(super) const fn is_session(&self) -> bool {
        self.scopes.is_none()
    }
}
