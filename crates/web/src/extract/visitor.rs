use axum::extract::FromRequestParts;
use db::ReadTx;
use http::request::Parts;
use identity::Principal;

use super::can::{reader, viewer};
use crate::AppState;
use crate::extract;
use crate::problem::Problem;

/// Whoever is signed in, on a page that anyone may see. Grants nothing.
pub(crate) struct Visitor(pub(crate) Option<(ReadTx, Principal)>);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let found = reader(state, parts).await;
        if let Some((_, principal)) = &found {
            let _ = extract::context(parts)?.viewer.set(viewer(principal));
        }
        Ok(Self(found))
    }
}
