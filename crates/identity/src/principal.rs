use db::{Error, ReadTx};
use kernel::{OrganisationId, UserId};
use uuid::Uuid;

use crate::store;

/// Who a request acts for, as the database bound it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What kind of credential it came with.
    pub kind: PrincipalKind,
    /// The credential's row.
    pub credential: Uuid,
    /// The person behind it.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The organisation that it acts in.
    pub organisation: OrganisationId,
    /// The organisation's name.
    pub organisation_name: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    pub role: String,
    /// The name of the organisation's own role that they have instead.
    pub custom_role: Option<String>,
    /// The membership's level, 20 to 100; what is held of it while the address is not verified is in
    /// `permissions`.
    pub level: i32,
    /// Whether mail to the address was shown to reach the person.
    pub is_verified: bool,
    /// What it may do, in the words of the permission catalogue.
    pub permissions: Vec<String>,
    /// Whether the person has proven lately who they are.
    pub is_recent: bool,
}

/// Kinds of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// A person at a browser.
    Session,
    /// A program with an organisation's key.
    ApiKey,
    /// A client with an access token of a person's grant.
    AccessToken,
    /// Background work.
    Job,
}

impl PrincipalKind {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "session" => Self::Session,
            "api_key" => Self::ApiKey,
            "access_token" => Self::AccessToken,
            "job" => Self::Job,
            _ => return None,
        })
    }

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::ApiKey => "api_key",
            Self::AccessToken => "access_token",
            Self::Job => "job",
        }
    }
}

impl Principal {
    /// Whether it may do `permission`. The database decides again when it is done.
    pub fn can(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held == permission)
    }
}

/// Who the transaction is bound to.
pub async fn principal(tx: &mut ReadTx) -> Result<Principal, Error> {
    store::principal(tx).await
}
