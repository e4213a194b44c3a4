use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::context::Context;
use crate::problem::Problem;
use crate::route::{Access, Guard};
use crate::{AppState, extract};

/// In place of a permission: anyone may. Written out, so that nobody forgets one by leaving it out.
pub struct Public {
    /// What every handler shares.
    pub state: AppState,
    pub(crate) context: Arc<Context>,
}

impl Guard for Public {
    const ACCESS: Access = Access::Public;
}

impl FromRequestParts<AppState> for Public {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Ok(Self {
            state: state.clone(),
            context: extract::context(parts)?,
        })
    }
}

impl fmt::Debug for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Public")
    }
}
