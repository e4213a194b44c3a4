use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use kernel::Scope;

use super::can::credential;
use crate::context::Context;
use crate::problem::{Problem, kind};
use crate::route::{Access, Guard};
use crate::{AppState, extract};

/// Proof that whoever asks has passed the first factor and owes the second. It reaches no row of any
/// organisation: the database binds none.
pub(crate) struct Half {
    /// The session, by its hash.
    pub(crate) scope: Scope,
    pub(crate) state: AppState,
    pub(crate) context: Arc<Context>,
}

impl Guard for Half {
    const ACCESS: Access = Access::HalfSession;
}

impl FromRequestParts<AppState> for Half {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let context = extract::context(parts)?;
        let Scope::Session(hash) = credential(state, parts, &context).await? else {
            return Err(Problem::new(kind::SIGNED_OUT));
        };
        let scope = Scope::HalfSession(hash);
        drop(state.db.read(&scope).await?);
        Ok(Self {
            scope,
            state: state.clone(),
            context,
        })
    }
}

impl Half {
    /// The session once nothing is owed any more.
    pub(crate) const fn whole(&self) -> Scope {
        match self.scope {
            Scope::HalfSession(hash) => Scope::Session(hash),
            other => other,
        }
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Half")
    }
}
