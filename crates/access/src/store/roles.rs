//! Roles of an organisation's own.

use db::{Error, ReadTx, WriteTx};
use kernel::{RoleId, UserId};

use crate::{Holder, NewRole, Role};

pub(crate) async fn roles(tx: &mut ReadTx) -> Result<Vec<Role>, Error> {
    let rows = sqlx::query!(
        r#"select r.id, r.name, r.level, r.permissions, r.created_at, u.name as "made_by?"
             from access.roles r left join identity.users u on u.id = r.made_by
            where r.removed_at is null
            order by r.level desc, r.name_folded, r.id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let holders = sqlx::query!(
        r#"select m.role_id as "role!", m.user_id, u.name
             from identity.memberships m join identity.users u on u.id = m.user_id
            where m.role_id is not null and m.removed_at is null
            order by m.created_at, m.user_id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let of = |role| {
        let of_it = holders.iter().filter(move |holder| holder.role == role);
        of_it.map(|row| Holder {
            user: UserId::from(row.user_id),
            name: row.name.clone(),
        })
    };
    Ok(rows
        .into_iter()
        .map(|row| Role {
            id: row.id.into(),
            name: row.name,
            level: row.level,
            permissions: row.permissions,
            holders: of(row.id).collect(),
            made_by: row.made_by.unwrap_or_default(),
            created_at: row.created_at,
        })
        .collect())
}

pub(crate) async fn make(tx: &mut WriteTx, id: RoleId, new: &NewRole) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.make_role($1, $2, $3, $4) as "verdict!""#,
        id.uuid(),
        new.name(),
        new.level(),
        &new.permissions(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn change(tx: &mut WriteTx, id: RoleId, new: &NewRole) -> Result<String, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.change_role($1, $2, $3, $4) as "verdict!""#,
        id.uuid(),
        new.name(),
        new.level(),
        &new.permissions(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The verdict, and how many people held it.
pub(crate) async fn remove(tx: &mut WriteTx, id: RoleId) -> Result<(String, i32), Error> {
    let row = sqlx::query!(
        r#"select verdict as "verdict!", holders as "holders!" from access.remove_role($1)"#,
        id.uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.verdict, row.holders))
}
