use axum::extract::FromRequestParts;
use http::request::Parts;

use super::account::Account;
use crate::AppState;
use crate::problem::Problem;

/// On a page that anyone may see: whoever is signed in, in an organisation or in none, and their own frame
/// around it. Grants nothing, and costs nobody without a session a query.
pub(crate) struct Visitor(pub(crate) Option<identity::Account>);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // It leaves the viewer behind. Whoever is nobody is no error here.
        let account = Account::from_request_parts(parts, state).await;
        Ok(Self(account.ok().map(|account| account.who)))
    }
}
