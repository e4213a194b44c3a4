use axum::extract::FromRequestParts;
use http::request::Parts;

use super::can::{reader, viewer};
use crate::AppState;
use crate::extract;
use crate::problem::Problem;

/// On a page that anyone may see: whoever is signed in sees their own frame around it. Grants
/// nothing, and costs nobody without a session a query.
pub(crate) struct Visitor;

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        if let Some((_, principal)) = reader(state, parts).await {
            let _ = extract::context(parts)?
                .viewer
                .set(viewer(state, &principal));
        }
        Ok(Self)
    }
}
