//! Who looked into an organisation from outside.

use db::{Error, ReadTx, WriteTx};
use kernel::{OperatorAccessId, OrganisationId};
use time::OffsetDateTime;

use crate::operator::Wanted;
use crate::{NewOperatorAccess, OperatorAccess, OperatorAccessRow};

/// What came of opening.
pub(crate) struct Opened {
    pub(crate) verdict: String,
    /// Organisation, its name, and when it ends; where it was opened.
    pub(crate) what: Option<(OrganisationId, String, OffsetDateTime)>,
}

pub(crate) async fn open(
    tx: &mut WriteTx,
    id: OperatorAccessId,
    new: &NewOperatorAccess,
    hash: &[u8; 32],
) -> Result<Opened, Error> {
    let (organisation, name) = match &new.organisation {
        Wanted::Id(id) => (Some(id.uuid()), None),
        Wanted::Name(name) => (None, Some(name.as_str())),
    };
    let row = sqlx::query!(
        r#"select verdict as "verdict!", org, org_name, expires_at
             from access.open_operator($1, $2, $3, $4, $5, $6, $7)"#,
        id.uuid(),
        organisation,
        name,
        new.operator,
        new.reason,
        hash.as_slice(),
        // At most eight hours.
        i32::try_from(new.lifetime.as_secs()).unwrap_or(i32::MAX),
    )
    .fetch_one(&mut **tx)
    .await?;
    let what = row.org.zip(row.org_name).zip(row.expires_at);
    Ok(Opened {
        verdict: row.verdict,
        what: what.map(|((org, name), until)| (org.into(), name, until)),
    })
}

pub(crate) async fn all(tx: &mut ReadTx, days: i32) -> Result<Vec<OperatorAccessRow>, Error> {
    let rows = sqlx::query_as!(
        OperatorAccessRow,
        r#"select id as "id!", org_name as "organisation_name!", operator as "operator!", reason as "reason!",
                  opened_at as "opened_at!", expires_at as "expires_at!", ended_at,
                  ended_by_tenant as "ended_by_tenant!", last_used_at
             from access.operator_accesses($1)"#,
        days
    );
    Ok(rows.fetch_all(&mut **tx).await?)
}

pub(crate) async fn close(tx: &mut WriteTx, id: OperatorAccessId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select access.close_operator($1) as "closed!""#,
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn of_organisation(tx: &mut ReadTx) -> Result<Vec<OperatorAccess>, Error> {
    let rows = sqlx::query_as!(
        OperatorAccess,
        r#"select a.id, a.operator, a.reason, a.opened_at, a.expires_at, a.ended_at, a.last_used_at,
                  u.name as "ended_by?"
             from access.operator_access a left join identity.users u on u.id = a.ended_by
            order by a.opened_at desc, a.id limit 200"#
    );
    Ok(rows.fetch_all(&mut **tx).await?)
}

pub(crate) async fn end(tx: &mut WriteTx, id: OperatorAccessId) -> Result<bool, Error> {
    Ok(
        sqlx::query_scalar!(r#"select access.end_operator($1) as "ended!""#, id.uuid())
            .fetch_one(&mut **tx)
            .await?,
    )
}
