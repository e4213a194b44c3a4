use db::WriteTx;
use kernel::{AuditEntry, UserId};

use crate::{Email, store};

/// Somebody as a directory describes them.
#[derive(Debug, Clone, Copy)]
pub struct DirectoryPerson<'a> {
    /// Where they are reached; nothing where that did not change.
    pub address: Option<&'a Email>,
    /// What an account is called that is made for them: 1 to 100 characters.
    pub name: &'a str,
    /// What the directory calls them.
    pub user_name: &'a str,
    /// What it calls them for itself.
    pub external_id: Option<&'a str>,
    /// What else it says of them, as a JSON object.
    pub attributes: &'a str,
}

/// What became of somebody whom a directory named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provisioned {
    /// An account was made for them, and they are a member.
    Made,
    /// The account that was made for them earlier is a member again.
    Rejoined,
    /// They were a member, and are looked after by the directory from here on.
    Adopted,
    /// They have an account of their own, and are asked by mail whether they join.
    Invited,
}

/// Why a directory's word about somebody is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// It has not named such a person.
    #[error("there is no such user")]
    Gone,
    /// It has named them, or somebody else is called so.
    #[error("a user of that name or address is there already")]
    Taken,
    /// The address is of no domain that the organisation has verified.
    #[error("the address is of no domain that the organisation has verified")]
    Foreign,
    /// Another address than that of an account that its person speaks for.
    #[error(
        "the account is its person's own: they change its address themselves, under Profile, and then the directory may say it"
    )]
    Own,
    /// An owner.
    #[error("an owner is made inactive or removed by people alone: change their role first")]
    Owner,
    /// Too many invitations.
    #[error("there were too many invitations: try again later")]
    TooMany,
    /// The database failed.
    #[error("it could not be stored")]
    Database(#[from] db::Error),
}

impl Provisioned {
    const fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Rejoined => "rejoined",
            Self::Adopted => "adopted",
            Self::Invited => "invited",
        }
    }
}

/// Takes a directory's word that somebody belongs to the bound organisation. `new` is who they are where an
/// account is made. Returns who they are, and what to tell in the audit log.
pub async fn provision(
    tx: &mut WriteTx,
    new: UserId,
    (address, person): (&Email, DirectoryPerson<'_>),
) -> Result<(UserId, Provisioned, AuditEntry), ProvisionError> {
    let (outcome, user) = store::provisioning::provision(tx, new, address, person).await?;
    let became = match outcome.as_str() {
        "made" => Provisioned::Made,
        "rejoined" => Provisioned::Rejoined,
        "adopted" => Provisioned::Adopted,
        "invited" | "waits" => Provisioned::Invited,
        "foreign" => return Err(ProvisionError::Foreign),
        "many" | "silence" => return Err(ProvisionError::TooMany),
        _ => return Err(ProvisionError::Taken),
    };
    let user = user.ok_or(ProvisionError::Gone)?;
    let entry = AuditEntry::about("identity.provisioned", user).with("became", became.word());
    Ok((user, became, entry))
}
