//! What a directory says of people.

use std::ops::DerefMut;

use db::{Error, ReadTx, WriteTx};
use kernel::UserId;
use sqlx::postgres::PgConnection;

use crate::provisioning::{DirectoryPage, DirectoryPerson, Named, Wanted};
use crate::{Email, Suspended};

pub(crate) async fn provision(
    tx: &mut WriteTx,
    new: UserId,
    address: &Email,
    person: DirectoryPerson<'_>,
) -> Result<(String, Option<UserId>), Error> {
    let row = sqlx::query!(
        r#"select outcome as "outcome!", person from identity.provision($1, $2, $3, $4, $5, ($6::text)::jsonb)"#,
        new.uuid(),
        address.as_str(),
        person.name,
        person.user_name,
        person.external_id,
        person.attributes,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.outcome, row.person.map(UserId::from)))
}

pub(crate) async fn change(
    tx: &mut WriteTx,
    user: UserId,
    person: DirectoryPerson<'_>,
) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select identity.change_provisioned($1, $2, $3, $4, $5, ($6::text)::jsonb) as "verdict!""#,
        user.uuid(),
        person.address.map(Email::as_str),
        person.name,
        person.user_name,
        person.external_id,
        person.attributes,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn suspend(tx: &mut WriteTx, user: UserId) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select identity.suspend_provisioned($1) as "verdict!""#,
        user.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn reinstate(tx: &mut WriteTx, user: UserId) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select identity.reinstate_provisioned($1) as "verdict!""#,
        user.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn end(tx: &mut WriteTx, user: UserId) -> Result<String, Error> {
    let verdict = sqlx::query_scalar!(
        r#"select identity.end_provisioned($1) as "verdict!""#,
        user.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(verdict)
}

pub(crate) async fn hold(tx: &mut WriteTx, user: UserId) -> Result<bool, Error> {
    let is_there = sqlx::query_scalar!(
        r#"select identity.hold_provisioned($1) as "is_there!""#,
        user.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(is_there)
}

pub(crate) async fn suspended(tx: &mut ReadTx) -> Result<Vec<Suspended>, Error> {
    let rows = sqlx::query!(
        r#"select u.id, u.name, p.suspended_at as "since!"
             from identity.provisioned p join identity.users u on u.id = p.user_id
            where p.suspended_at is not null and p.ended_at is null
            order by p.suspended_at desc, u.id limit 200"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| Suspended {
        user: row.id.into(),
        name: row.name,
        since: row.since,
    });
    Ok(rows.collect())
}

/// In a transaction of either kind.
pub(crate) async fn list<T>(
    tx: &mut T,
    wanted: Wanted<'_>,
    (skipped, most): (usize, usize),
) -> Result<DirectoryPage<Named>, Error>
where
    T: DerefMut<Target = PgConnection>,
{
    let rows = sqlx::query!(
        r#"select user_id as "user!", user_name as "user_name!", external_id, attributes::text as "attributes!",
                  is_active as "is_active!", created_at as "created_at!", changed_at as "changed_at!",
                  total as "total!"
             from identity.provisioned_people($1, $2, $3, $4, $5)"#,
        wanted.user.map(UserId::uuid),
        wanted.user_name,
        wanted.external_id,
        i64::try_from(skipped).unwrap_or(i64::MAX),
        i32::try_from(most).unwrap_or(i32::MAX),
    )
    .fetch_all(&mut **tx)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(|row| Named {
        user: row.user.into(),
        user_name: row.user_name,
        external_id: row.external_id,
        attributes: row.attributes,
        is_active: row.is_active,
        created_at: row.created_at,
        changed_at: row.changed_at,
    });
    Ok(DirectoryPage {
        total: usize::try_from(total).unwrap_or(0),
        rows: rows.collect(),
    })
}
