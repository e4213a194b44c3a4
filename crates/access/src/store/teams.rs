//! Teams and who is in them.

use db::{Error, ReadTx, WriteTx};
use kernel::{TeamId, UserId};

use crate::{Team, TeamMember, TeamName};

pub(crate) async fn teams(tx: &mut ReadTx) -> Result<Vec<Team>, Error> {
    let rows = sqlx::query!(
        r#"select id, name, created_at, provisioned_at is not null as "is_provisioned!"
             from access.teams where removed_at is null order by name_folded, id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let members = sqlx::query!(
        r#"select m.team_id, m.user_id, m.joined_at, u.name as "name?"
             from access.team_members m left join identity.users u on u.id = m.user_id
            order by m.joined_at, m.user_id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let of = |team| {
        let of_it = members.iter().filter(move |member| member.team_id == team);
        of_it.map(|row| TeamMember {
            user: UserId::from(row.user_id),
            name: row.name.clone().unwrap_or_default(),
            joined_at: row.joined_at,
        })
    };
    Ok(rows
        .into_iter()
        .map(|row| Team {
            id: row.id.into(),
            members: of(row.id).collect(),
            name: row.name,
            is_provisioned: row.is_provisioned,
            created_at: row.created_at,
        })
        .collect())
}

pub(crate) async fn make(tx: &mut WriteTx, id: TeamId, name: &TeamName) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.make_team($1, $2) as "verdict!""#,
        id.uuid(),
        name.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn rename(tx: &mut WriteTx, id: TeamId, name: &TeamName) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.rename_team($1, $2) as "verdict!""#,
        id.uuid(),
        name.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The verdict, and how many people were in it.
pub(crate) async fn remove(tx: &mut WriteTx, id: TeamId) -> Result<(String, i32), Error> {
    let row = sqlx::query!(
        r#"select verdict as "verdict!", members as "members!" from access.remove_team($1)"#,
        id.uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.verdict, row.members))
}

pub(crate) async fn join(tx: &mut WriteTx, id: TeamId, person: UserId) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.join_team($1, $2) as "verdict!""#,
        id.uuid(),
        person.uuid(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn leave(tx: &mut WriteTx, id: TeamId, person: UserId) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.leave_team($1, $2) as "verdict!""#,
        id.uuid(),
        person.uuid(),
    )
    .fetch_one(&mut **tx)
    .await?)
}
