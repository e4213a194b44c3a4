use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::request::Parts;
use identity::Principal;

use super::can::Can;
use crate::AppState;
use crate::problem::{Problem, kind};
use crate::route::permission::Permit;
use crate::route::{Access, Guard};

/// [`Can`], by somebody who has proven lately who they are (OWASP ASVS 3.7.1): for what outlives the
/// session that asks. The database's functions ask for the same.
#[derive(Debug)]
pub(crate) struct Recent<P>(pub(crate) Can<P>);

impl<P: Permit> Guard for Recent<P> {
    const ACCESS: Access = P::ACCESS;
}

/// Refuses whoever has not proven lately who they are.
pub(crate) fn must_be_recent(principal: &Principal) -> Result<(), Problem> {
    if principal.is_recent {
        Ok(())
    } else {
        Err(Problem::new(kind::NOT_RECENT))
    }
}

impl<P> Deref for Recent<P> {
    type Target = Can<P>;

    fn deref(&self) -> &Can<P> {
        &self.0
    }
}

impl<P: Permit> FromRequestParts<AppState> for Recent<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let can = Can::from_request_parts(parts, state).await?;
        must_be_recent(&can.principal)?;
        Ok(Self(can))
    }
}
