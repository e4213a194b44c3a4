use std::fmt;
use std::str::FromStr;

use db::{Error, ReadTx, WriteTx};
use kernel::{AssetAccess, AuditEntry, ConnectionId, IdError, TeamId, UserId};
use time::OffsetDateTime;

use crate::store;

/// A single thing that can be given. A kind that comes is one more variant here, a column of
/// `access.asset_grants` and a branch of `access.assets`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asset {
    /// A connected app.
    Connection(ConnectionId),
}

/// To whom a thing is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grantee {
    /// A member of the organisation.
    Person(UserId),
    /// Whoever is in a team at the moment that counts.
    Team(TeamId),
}

/// What somebody was given of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetGrant {
    /// To whom.
    pub to: Grantee,
    /// Their name, or the team's; empty where the viewer may not know it.
    pub name: String,
    /// View or edit.
    pub access: AssetAccess,
    /// Who gave it.
    pub given_by: String,
    /// When it was given, or last changed.
    pub given_at: OffsetDateTime,
}

/// Why nothing was given or taken back.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// There is no such thing for the person, or it was not given to whom it is taken from.
    #[error("there is nothing of that kind here")]
    Gone,
    /// It is not theirs to give.
    #[error("it is not yours to give: ask whoever made it, or who was given it to edit")]
    Beyond,
    /// No such member or team.
    #[error("the organisation has no such member or team")]
    Nobody,
    /// Neither view nor edit.
    #[error("give it to view or to edit")]
    Access,
    /// A thing is given to at most 200.
    #[error("it was given to 200 already: give it to a team instead")]
    TooMany,
    /// The database failed.
    #[error("it could not be stored")]
    Database(#[from] Error),
}

/// To whom a thing was given, people first. Nothing for who may not see the thing.
pub async fn asset_grants(tx: &mut ReadTx, asset: Asset) -> Result<Vec<AssetGrant>, Error> {
    store::asset_grants::of(tx, asset).await
}

/// What a team was given. Nothing of what the viewer may not see.
pub async fn given_to(tx: &mut ReadTx, team: TeamId) -> Result<Vec<(Asset, AssetAccess)>, Error> {
    store::asset_grants::given_to(tx, team).await
}

/// Whether the bound person says who may do what with it.
pub async fn may_share(tx: &mut ReadTx, asset: Asset) -> Result<bool, Error> {
    store::asset_grants::may_share(tx, asset).await
}

/// Gives a thing, or changes what was given. The database asks for a recent proof.
pub async fn give(
    mut tx: WriteTx,
    asset: Asset,
    to: Grantee,
    access: AssetAccess,
) -> Result<(), ShareError> {
    if access == AssetAccess::None {
        return Err(ShareError::Access);
    }
    judge(&store::asset_grants::give(&mut tx, asset, to, access).await?)?;
    let entry = AuditEntry::about("access.asset_given", asset)
        .with("to", to.to_string())
        .with("access", access.as_str());
    Ok(tx.commit(entry).await?)
}

/// Takes back what was given, from the next request on.
pub async fn take_back(mut tx: WriteTx, asset: Asset, from: Grantee) -> Result<(), ShareError> {
    judge(&store::asset_grants::take_back(&mut tx, asset, from).await?)?;
    let entry = AuditEntry::about("access.asset_taken_back", asset).with("from", from.to_string());
    Ok(tx.commit(entry).await?)
}

/// Says what everybody in the organisation may do with a thing, as far as their permissions go.
pub async fn open_asset(
    mut tx: WriteTx,
    asset: Asset,
    everybody: AssetAccess,
) -> Result<(), ShareError> {
    judge(&store::asset_grants::open(&mut tx, asset, everybody).await?)?;
    let entry =
        AuditEntry::about("access.asset_opened", asset).with("everybody", everybody.as_str());
    Ok(tx.commit(entry).await?)
}

fn judge(verdict: &str) -> Result<(), ShareError> {
    match verdict {
        "given" | "taken" | "set" => Ok(()),
        "beyond" => Err(ShareError::Beyond),
        "nobody" => Err(ShareError::Nobody),
        "many" => Err(ShareError::TooMany),
        _ => Err(ShareError::Gone),
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Team(id) => id.fmt(f),
        }
    }
}

impl FromStr for Grantee {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse()
            .map(Self::Team)
            .or_else(|_| text.parse().map(Self::Person))
    }
}

#[cfg(test)]
mod tests {
    use kernel::SystemRng;

    use super::*;

    #[test]
    fn a_grantee_is_a_person_or_a_team_and_nothing_else() {
        let person = UserId::new(OffsetDateTime::UNIX_EPOCH, &SystemRng);
        let team = TeamId::new(OffsetDateTime::UNIX_EPOCH, &SystemRng);
        assert_eq!(person.to_string().parse(), Ok(Grantee::Person(person)));
        assert_eq!(team.to_string().parse(), Ok(Grantee::Team(team)));
        let key = person.to_string().replace("usr_", "key_");
        assert!(key.parse::<Grantee>().is_err());
    }
}
