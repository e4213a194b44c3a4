use std::fmt;

use axum::extract::FromRequestParts;
use db::{ReadTx, WriteTx};
use http::request::Parts;
use kernel::Scope;

use super::can::{credential, forbidden};
use super::service_key;
use crate::problem::Problem;
use crate::route::{Access, Guard};
use crate::{AppState, extract};

/// An organisation's directory: a service key that holds `people.provision`. No person passes, whatever they
/// hold, nor a key of theirs: what a directory does has nobody behind it, and is told so in the audit log.
pub(crate) struct Provisioner {
    /// What every handler shares.
    pub(crate) state: AppState,
    /// The key, by its hash.
    pub(crate) scope: Scope,
    /// The transaction that the key was bound in. Drop it before a write.
    pub(crate) tx: ReadTx,
}

/// The same, once the reading transaction has ended.
pub(crate) struct Directory {
    pub(crate) state: AppState,
    scope: Scope,
}

const NAME: &str = access::catalogue::PEOPLE_PROVISION.name;

impl Guard for Provisioner {
    const ACCESS: Access = Access::ServiceKey(NAME);
}

impl Provisioner {
    pub(crate) fn release(self) -> Directory {
        Directory {
            state: self.state,
            scope: self.scope,
        }
    }
}

impl Directory {
    pub(crate) async fn write(&self) -> Result<WriteTx, Problem> {
        Ok(self.state.db.write(&self.scope).await?)
    }
}

impl FromRequestParts<AppState> for Provisioner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let context = extract::context(parts)?;
        let scope = credential(state, parts, &context).await?;
        if !matches!(scope, Scope::ServiceKey(_)) {
            return Err(forbidden(Self::ACCESS));
        }
        let mut tx = service_key::bind(state, &scope).await?;
        if !access::holds(&mut tx, NAME).await? {
            return Err(forbidden(Self::ACCESS));
        }
        Ok(Self {
            state: state.clone(),
            scope,
            tx,
        })
    }
}

impl fmt::Debug for Provisioner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provisioner")
    }
}
