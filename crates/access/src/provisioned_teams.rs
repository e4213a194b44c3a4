use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntry, TeamId, UserId};
use time::OffsetDateTime;

use crate::{TeamError, TeamName, store};

/// A team whose members the organisation's directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionedTeam {
    /// Its identifier.
    pub id: TeamId,
    /// What people call it, and the directory.
    pub name: String,
    /// What the directory calls it for itself.
    pub external_id: Option<String>,
    /// Whom the directory says are in it, in order; nothing where they were not asked for.
    pub members: Vec<UserId>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it, or who is in it, last changed.
    pub changed_at: OffsetDateTime,
}

/// Which teams a directory looks up: all, or those of which all of this is so.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedTeams<'a> {
    /// The team.
    pub id: Option<TeamId>,
    /// Its name, whatever its case.
    pub name: Option<&'a str>,
    /// What the directory calls it for itself.
    pub external_id: Option<&'a str>,
    /// Somebody who is in it.
    pub member: Option<UserId>,
    /// Whether to say who is in each.
    pub with_members: bool,
}

/// The directory's teams: of those that are wanted, at most `most` after the first `skipped`; and how many they
/// are in all.
pub async fn provisioned_teams(
    tx: &mut ReadTx,
    wanted: WantedTeams<'_>,
    (skipped, most): (usize, usize),
) -> Result<(usize, Vec<ProvisionedTeam>), Error> {
    store::provisioned_teams::list(tx, wanted, (skipped, most)).await
}

/// A team of the directory's, held until the transaction ends; nothing where there is none.
pub async fn hold_provisioned_team(
    tx: &mut WriteTx,
    id: TeamId,
) -> Result<Option<ProvisionedTeam>, Error> {
    if !store::provisioned_teams::hold(tx, id).await? {
        return Ok(None);
    }
    let wanted = WantedTeams {
        id: Some(id),
        with_members: true,
        ..WantedTeams::default()
    };
    let (_, rows) = store::provisioned_teams::list(tx, wanted, (0, 1)).await?;
    Ok(rows.into_iter().next())
}

/// Makes a team of the directory's, of nobody and with nothing. Returns what to tell in the audit log.
pub async fn provision_team(
    tx: &mut WriteTx,
    id: TeamId,
    name: &TeamName,
    external_id: Option<&str>,
) -> Result<AuditEntry, TeamError> {
    match store::provisioned_teams::make(tx, id, name, external_id)
        .await?
        .as_str()
    {
        "made" => Ok(AuditEntry::about("access.team_made", id)),
        "many" => Err(TeamError::TooMany),
        _ => Err(TeamError::NameTaken),
    }
}

/// Calls a team of the directory's something else. Returns what to tell.
pub async fn change_provisioned_team(
    tx: &mut WriteTx,
    id: TeamId,
    name: &TeamName,
    external_id: Option<&str>,
) -> Result<AuditEntry, TeamError> {
    match store::provisioned_teams::change(tx, id, name, external_id)
        .await?
        .as_str()
    {
        "changed" => Ok(AuditEntry::about("access.team_renamed", id)),
        "taken" => Err(TeamError::NameTaken),
        _ => Err(TeamError::Gone),
    }
}

/// Says who comes into a team of the directory's, and who goes. Returns what to tell: a line for each.
pub async fn change_provisioned_members(
    tx: &mut WriteTx,
    id: TeamId,
    (coming, going): (&[UserId], &[UserId]),
) -> Result<Vec<AuditEntry>, TeamError> {
    let change = store::provisioned_teams::change_members(tx, id, coming, going).await?;
    match change.verdict.as_str() {
        "changed" => {}
        "nobody" => return Err(TeamError::Nobody),
        _ => return Err(TeamError::Gone),
    }
    let line =
        |action, person: UserId| AuditEntry::about(action, id).with("person", person.to_string());
    let came = change.came.into_iter();
    let went = change.went.into_iter();
    Ok(came
        .map(|person| line("access.team_joined", person))
        .chain(went.map(|person| line("access.team_left", person)))
        .collect())
}

/// Ends a team of the directory's, with all that its members were given by it. Returns what to tell.
pub async fn remove_provisioned_team(
    tx: &mut WriteTx,
    id: TeamId,
) -> Result<AuditEntry, TeamError> {
    let (verdict, members) = store::provisioned_teams::remove(tx, id).await?;
    if verdict != "removed" {
        return Err(TeamError::Gone);
    }
    Ok(AuditEntry::about("access.team_removed", id).with("members", i64::from(members)))
}

/// Takes a team over from the directory: people say who is in it from here on.
pub async fn release_team(mut tx: WriteTx, id: TeamId) -> Result<(), TeamError> {
    match store::provisioned_teams::release(&mut tx, id)
        .await?
        .as_str()
    {
        "released" => {}
        "beyond" => return Err(TeamError::Beyond),
        _ => return Err(TeamError::Gone),
    }
    Ok(tx
        .commit(AuditEntry::about("access.team_released", id))
        .await?)
}
