//! Teams whose members a directory says.

use std::ops::DerefMut;

use db::{Error, WriteTx};
use kernel::{TeamId, UserId};
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;

use crate::{ProvisionedTeam, TeamName, WantedTeams};

/// What became of who is in a team.
pub(crate) struct MembersChanged {
    pub(crate) verdict: String,
    pub(crate) came: Vec<UserId>,
    pub(crate) went: Vec<UserId>,
}

pub(crate) async fn make(
    tx: &mut WriteTx,
    id: TeamId,
    name: &TeamName,
    external_id: Option<&str>,
) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select access.provision_team($1, $2, $3) as "verdict!""#,
        id.uuid(),
        name.as_str(),
        external_id,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn change(
    tx: &mut WriteTx,
    id: TeamId,
    name: &TeamName,
    external_id: Option<&str>,
) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select access.change_provisioned_team($1, $2, $3) as "verdict!""#,
        id.uuid(),
        name.as_str(),
        external_id,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn change_members(
    tx: &mut WriteTx,
    id: TeamId,
    coming: &[UserId],
    going: &[UserId],
) -> Result<MembersChanged, Error> {
    let row = sqlx::query!(
        r#"select verdict as "verdict!", came as "came!", went as "went!"
             from access.change_provisioned_members($1, $2, $3)"#,
        id.uuid(),
        &uuids(coming),
        &uuids(going),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(MembersChanged {
        verdict: row.verdict,
        came: row.came.into_iter().map(UserId::from).collect(),
        went: row.went.into_iter().map(UserId::from).collect(),
    })
}

fn uuids(people: &[UserId]) -> Vec<Uuid> {
    people.iter().map(|person| person.uuid()).collect()
}

pub(crate) async fn remove(tx: &mut WriteTx, id: TeamId) -> Result<(String, i32), Error> {
    let row = sqlx::query!(
        r#"select verdict as "verdict!", members as "members!" from access.remove_provisioned_team($1)"#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.verdict, row.members))
}

pub(crate) async fn release(tx: &mut WriteTx, id: TeamId) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(r#"select access.release_team($1) as "verdict!""#, id.uuid())
        .fetch_one(&mut **tx)
        .await?;
    Ok(verdict)
}

pub(crate) async fn hold(tx: &mut WriteTx, id: TeamId) -> Result<bool, Error> {
    let is_there = sqlx::query_scalar!(
        r#"select access.hold_provisioned_team($1) as "is_there!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(is_there)
}

/// In a transaction of either kind.
pub(crate) async fn list<T>(
    tx: &mut T,
    wanted: WantedTeams<'_>,
    (skipped, most): (usize, usize),
) -> Result<(usize, Vec<ProvisionedTeam>), Error>
where
    T: DerefMut<Target = PgConnection>,
{
    let rows = sqlx::query!(
        r#"select team_id as "id!", name as "name!", external_id, members, created_at as "created_at!",
                  changed_at as "changed_at!", total as "total!"
             from access.provisioned_teams($1, $2, $3, $4, $5, $6, $7)"#,
        wanted.id.map(TeamId::uuid),
        wanted.name,
        wanted.external_id,
        wanted.member.map(UserId::uuid),
        wanted.with_members,
        i64::try_from(skipped).unwrap_or(i64::MAX),
        i32::try_from(most).unwrap_or(i32::MAX),
    )
    .fetch_all(&mut **tx)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(|row| ProvisionedTeam {
        id: row.id.into(),
        name: row.name,
        external_id: row.external_id,
        members: row
            .members
            .unwrap_or_default()
            .into_iter()
            .map(UserId::from)
            .collect(),
        created_at: row.created_at,
        changed_at: row.changed_at,
    });
    Ok((usize::try_from(total).unwrap_or(0), rows.collect()))
}
