use db::{Error, ReadTx};
use kernel::{SessionId, UserId};

use crate::{Principal, store};

/// A person at a browser, in an organisation or in none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether mail to it was shown to reach them.
    pub is_verified: bool,
    /// What the organisation is called that their session acts in; none where that is nowhere.
    pub organisation_name: Option<String>,
    /// Whether they have proven lately who they are.
    pub is_recent: bool,
    /// The session that asks.
    pub session: SessionId,
}

/// Who the bound person is; for a session that is in no organisation, where nothing else says it.
pub async fn account(tx: &mut ReadTx) -> Result<Account, Error> {
    store::account::account(tx).await
}

impl From<&Principal> for Account {
    /// Of a session's principal.
    fn from(principal: &Principal) -> Self {
        Self {
            user: principal.user,
            name: principal.name.clone(),
            email: principal.email.clone(),
            is_verified: principal.is_verified,
            organisation_name: Some(principal.organisation_name.clone()),
            is_recent: principal.is_recent,
            session: principal.credential.into(),
        }
    }
}
