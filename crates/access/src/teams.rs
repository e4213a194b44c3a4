use db::{Db, Error, ReadTx, WriteTx};
use kernel::{AuditEntry, Scope, TeamId, UserId};
use time::OffsetDateTime;

use crate::{TeamName, store};

/// A team of the bound organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its identifier.
    pub id: TeamId,
    /// What people call it.
    pub name: String,
    /// Who is in it, in the order of joining.
    pub members: Vec<TeamMember>,
    /// Whether a directory says who is in it, and people do not.
    pub is_provisioned: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// Somebody who is in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Since when.
    pub joined_at: OffsetDateTime,
}

/// Why a team stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    /// There is no such team, or they are not in it.
    #[error("there is no such team")]
    Gone,
    /// The organisation has no such member.
    #[error("the organisation has no such member")]
    Nobody,
    /// A directory says what it is called, and who is in it.
    #[error("this team is the directory's: change it there, or take it over first")]
    Provisioned,
    /// The team was given what the person does not hold.
    #[error("this team was given what you do not hold yourself: whoever does adds people to it")]
    Beyond,
    /// Another team is called so.
    #[error("another team has that name")]
    NameTaken,
    /// An organisation has at most 200.
    #[error("there are 200 teams already: remove one first")]
    TooMany,
    /// The database failed.
    #[error("the team could not be stored")]
    Database(#[from] Error),
}

/// The bound organisation's teams, by name.
pub async fn teams(tx: &mut ReadTx) -> Result<Vec<Team>, Error> {
    store::teams::teams(tx).await
}

/// Makes a team, of nobody.
pub async fn make_team(db: &Db, scope: &Scope, name: &TeamName) -> Result<TeamId, TeamError> {
    let id = TeamId::new(db.clock().now(), db.chance());
    let mut tx = db.write(scope).await?;
    judge(&store::teams::make(&mut tx, id, name).await?)?;
    tx.commit(AuditEntry::about("access.team_made", id)).await?;
    Ok(id)
}

/// Calls a team something else.
pub async fn rename_team(mut tx: WriteTx, id: TeamId, name: &TeamName) -> Result<(), TeamError> {
    judge(&store::teams::rename(&mut tx, id, name).await?)?;
    Ok(tx
        .commit(AuditEntry::about("access.team_renamed", id))
        .await?)
}

/// Ends a team. Its members lose at their next request what they had by it. Returns how many they were.
pub async fn remove_team(mut tx: WriteTx, id: TeamId) -> Result<i32, TeamError> {
    let (verdict, members) = store::teams::remove(&mut tx, id).await?;
    judge(&verdict)?;
    let entry = AuditEntry::about("access.team_removed", id).with("members", i64::from(members));
    tx.commit(entry).await?;
    Ok(members)
}

/// Adds a member of the organisation to a team, who has from then on what the team was given. Nothing
/// changes for who is in it already.
pub async fn join_team(mut tx: WriteTx, id: TeamId, person: UserId) -> Result<(), TeamError> {
    let verdict = store::teams::join(&mut tx, id, person).await?;
    if verdict == "there" {
        return Ok(());
    }
    judge(&verdict)?;
    let entry = AuditEntry::about("access.team_joined", id).with("person", person.to_string());
    Ok(tx.commit(entry).await?)
}

/// Takes somebody out of a team, who loses at their next request what they had by it.
pub async fn leave_team(mut tx: WriteTx, id: TeamId, person: UserId) -> Result<(), TeamError> {
    judge(&store::teams::leave(&mut tx, id, person).await?)?;
    let entry = AuditEntry::about("access.team_left", id).with("person", person.to_string());
    Ok(tx.commit(entry).await?)
}

fn judge(verdict: &str) -> Result<(), TeamError> {
    match verdict {
        "made" | "renamed" | "removed" | "joined" | "left" => Ok(()),
        "nobody" => Err(TeamError::Nobody),
        "provisioned" => Err(TeamError::Provisioned),
        "beyond" => Err(TeamError::Beyond),
        "taken" => Err(TeamError::NameTaken),
        "many" => Err(TeamError::TooMany),
        _ => Err(TeamError::Gone),
    }
}
