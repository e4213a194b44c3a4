use db::{Error, ReadTx, WriteTx};
use kernel::AuditEntry;

use crate::store;

/// What AI clients do at most in an organisation, whatever people let them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientLimit {
    /// As people say: each client what its person holds and gives.
    AsPeopleSay,
    /// No more than these permissions.
    AtMost(Vec<String>),
}

impl ClientLimit {
    /// Whether clients may have this permission.
    pub fn allows(&self, permission: &str) -> bool {
        match self {
            Self::AsPeopleSay => true,
            Self::AtMost(names) => names.iter().any(|name| name == permission),
        }
    }

    /// What it leaves; nothing where there is no limit.
    pub fn most(&self) -> Option<&[String]> {
        match self {
            Self::AsPeopleSay => None,
            Self::AtMost(names) => Some(names),
        }
    }
}

impl From<Option<Vec<String>>> for ClientLimit {
    fn from(names: Option<Vec<String>>) -> Self {
        names.map_or(Self::AsPeopleSay, Self::AtMost)
    }
}

/// The bound organisation's limit.
pub async fn client_limit(tx: &mut ReadTx) -> Result<ClientLimit, Error> {
    Ok(store::client_limit(tx).await?.into())
}

/// Sets the bound organisation's limit, for every client from its next request on. Names that are not for
/// programs are left out. Needs `organisation.manage`, at a browser, with a recent proof.
pub async fn limit_clients(mut tx: WriteTx, limit: &ClientLimit) -> Result<(), Error> {
    let entry = match store::limit_clients(&mut tx, limit.most()).await? {
        None => AuditEntry::new("oauth.clients_unlimited"),
        Some(names) => AuditEntry::new("oauth.clients_limited").with("scopes", names.join(" ")),
    };
    tx.commit(entry).await
}
