use std::fmt;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use db::ReadTx;
use http::request::Parts;
use kernel::Scope;

use super::can::{Can, credential, forbidden};
use super::service_key;
use crate::problem::Problem;
use crate::route::permission::Permit;
use crate::route::{Access, Guard};
use crate::{AppState, extract};

/// [`Can`], or a service key that holds `P`: for what is read alone, and by nobody in particular. A
/// route takes service keys because its handler says so, and no other does.
pub(crate) struct Reads<P> {
    /// What every handler shares.
    pub(crate) state: AppState,
    /// The transaction that whoever asks is bound in.
    pub(crate) tx: ReadTx,
    permit: PhantomData<P>,
}

impl<P: Permit> Guard for Reads<P> {
    const ACCESS: Access = P::ACCESS;
}

impl<P: Permit> FromRequestParts<AppState> for Reads<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let context = extract::context(parts)?;
        let scope = credential(state, parts, &context).await?;
        let tx = match scope {
            Scope::ServiceKey(_) => service::<P>(state, &scope).await?,
            _ => Can::<P>::from_request_parts(parts, state).await?.tx,
        };
        Ok(Self {
            state: state.clone(),
            tx,
            permit: PhantomData,
        })
    }
}

async fn service<P: Permit>(state: &AppState, scope: &Scope) -> Result<ReadTx, Problem> {
    let mut tx = service_key::bind(state, scope).await?;
    match P::ACCESS {
        Access::Permission(name) if access::holds(&mut tx, name).await? => Ok(tx),
        access => Err(forbidden(access)),
    }
}

impl<P> fmt::Debug for Reads<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reads")
    }
}
