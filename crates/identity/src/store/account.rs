//! What is a person's and no organisation's.

use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntryId, EmailChangeId, OrganisationId, PageSize, TokenHash};

use crate::{Account, Email, EmailChange, EmailChangeFace, OwnEvent, OwnOrganisation, OwnSignOn};

pub(crate) async fn account(tx: &mut ReadTx) -> Result<Account, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user!", name as "name!", email as "email!", is_verified as "is_verified!",
                  is_recent as "is_recent!", session_id as "session!"
             from identity.own_account()"#
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(Error::Unauthenticated)?;
    Ok(Account {
        user: row.user.into(),
        name: row.name,
        email: row.email,
        is_verified: row.is_verified,
        organisation_name: None,
        is_recent: row.is_recent,
        session: row.session.into(),
    })
}

pub(crate) async fn own_organisations(tx: &mut ReadTx) -> Result<Vec<OwnOrganisation>, Error> {
    let rows = sqlx::query!(
        r#"select org_id as "id!", name as "name!", role as "role!", custom_role, joined_at as "joined_at!",
                  mfa_required as "mfa_required!", sign_on_by, is_linked as "is_linked!", is_current as "is_current!",
                  is_last_owner as "is_last_owner!", others as "others!"
             from identity.own_organisations()"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnOrganisation {
            id: row.id.into(),
            name: row.name,
            role: row.role,
            custom_role: row.custom_role,
            joined_at: row.joined_at,
            asks_second_factor: row.mfa_required,
            sign_on: row.sign_on_by.map(|provider| OwnSignOn {
                provider: provider.into(),
                is_linked: row.is_linked,
            }),
            is_current: row.is_current,
            is_last_owner: row.is_last_owner,
            others: row.others.unsigned_abs(),
        })
        .collect())
}

pub(crate) async fn switch_organisation(
    tx: &mut WriteTx,
    to: OrganisationId,
) -> Result<bool, Error> {
    let switched = sqlx::query_scalar!(
        r#"select identity.switch_organisation($1) as "switched!""#,
        to.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(switched)
}

pub(crate) async fn make_organisation(
    tx: &mut WriteTx,
    id: OrganisationId,
    name: &str,
) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(
        r#"select identity.make_organisation($1, $2) as "answer!""#,
        id.uuid(),
        name
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(answer)
}

pub(crate) async fn leave_organisation(tx: &mut WriteTx) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(r#"select identity.leave_organisation() as "answer!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(answer)
}

pub(crate) async fn ask_email_change(
    tx: &mut WriteTx,
    change: EmailChangeId,
    email: &Email,
) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(
        r#"select identity.ask_email_change($1, $2) as "answer!""#,
        change.uuid(),
        email.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(answer)
}

pub(crate) async fn own_email_change(tx: &mut ReadTx) -> Result<Option<EmailChange>, Error> {
    let change = sqlx::query_as!(
        EmailChange,
        r#"select new_email as "new_email!", is_confirmed_new as "is_confirmed_new!",
                  is_confirmed_old as "is_confirmed_old!", expires_at as "expires_at!"
             from identity.own_email_change()"#
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(change)
}

pub(crate) async fn cancel_email_change(tx: &mut WriteTx) -> Result<bool, Error> {
    let cancelled = sqlx::query_scalar!(r#"select identity.cancel_email_change() as "cancelled!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(cancelled)
}

pub(crate) async fn email_change_face(
    tx: &mut ReadTx,
    link: &TokenHash,
) -> Result<Option<EmailChangeFace>, Error> {
    let row = sqlx::query!(
        r#"select user_id as "user!", is_old as "is_old!", recipient as "recipient!", new_email as "new_email!",
                  expires_at as "expires_at!"
             from identity.email_change_face($1)"#,
        link.as_bytes(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| EmailChangeFace {
        user: row.user.into(),
        is_old: row.is_old,
        recipient: row.recipient,
        new_email: row.new_email,
        expires_at: row.expires_at,
    }))
}

pub(crate) async fn confirm_email_change(
    tx: &mut WriteTx,
    link: &TokenHash,
) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(
        r#"select identity.confirm_email_change($1) as "answer!""#,
        link.as_bytes()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(answer)
}

pub(crate) async fn stop_email_change(tx: &mut WriteTx, link: &TokenHash) -> Result<bool, Error> {
    let stopped = sqlx::query_scalar!(
        r#"select identity.stop_email_change($1) as "stopped!""#,
        link.as_bytes()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(stopped)
}

pub(crate) async fn move_account(
    tx: &mut WriteTx,
    from: &Email,
    to: &Email,
) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(
        r#"select identity.move_account($1, $2) as "answer!""#,
        from.as_str(),
        to.as_str()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(answer)
}

pub(crate) async fn export_account(tx: &mut WriteTx) -> Result<String, Error> {
    let document =
        sqlx::query_scalar!(r#"select jsonb_pretty(identity.export_account()) as "document!""#)
            .fetch_one(&mut **tx)
            .await?;
    Ok(document)
}

pub(crate) async fn delete_account(tx: &mut WriteTx, typed: &str) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(r#"select identity.delete_account($1) as "answer!""#, typed)
        .fetch_one(&mut **tx)
        .await?;
    Ok(answer)
}

pub(crate) async fn own_events(
    tx: &mut ReadTx,
    before: Option<AuditEntryId>,
    size: PageSize,
) -> Result<Vec<OwnEvent>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id!", at as "at!", actor_kind as "actor_kind!", action as "action!", subject,
                  details::text as "details!"
             from identity.own_events($1, $2)"#,
        before.map(AuditEntryId::uuid),
        i32::try_from(size.rows()).unwrap_or(i32::MAX),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnEvent {
            id: row.id.into(),
            at: row.at,
            actor_kind: row.actor_kind,
            action: row.action,
            subject: row.subject,
            details: row.details,
        })
        .collect())
}
