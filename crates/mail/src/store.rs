//! The statements of this crate, one function each.

use db::{Error, ReadTx, WriteTx};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

/// A mail whose sending has begun.
pub(crate) struct Begun {
    pub(crate) id: Uuid,
    pub(crate) recipient: String,
    pub(crate) template: String,
    pub(crate) person: Option<String>,
    pub(crate) organisation: String,
    pub(crate) inviter: Option<String>,
    pub(crate) role: Option<String>,
    pub(crate) expires_at: Option<OffsetDateTime>,
    pub(crate) data: Data,
}

/// What the cause of a mail left for it to say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Data {
    /// What a client calls itself, or who looks in from outside (`access.open_operator`).
    pub(crate) client: String,
    /// Who of the organisation did it; empty where nobody did.
    pub(crate) who: String,
    /// Where it was; of an account that moves, where to.
    pub(crate) address: String,
    /// What changed (`identity.tell_of`), or why somebody looks in.
    pub(crate) what: String,
    /// Whether the address that was asked for has an account of its own.
    pub(crate) taken: bool,
    /// When it was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) at: Option<OffsetDateTime>,
}

pub(crate) async fn template(tx: &mut WriteTx) -> Result<Option<String>, Error> {
    let template = sqlx::query_scalar!("select mail.template_of_job()")
        .fetch_one(&mut **tx)
        .await?;
    Ok(template)
}

pub(crate) async fn begin(tx: &mut WriteTx, token_hash: &[u8; 32]) -> Result<Option<Begun>, Error> {
    let row = sqlx::query!(
        r#"select mail_id as "id!", recipient as "recipient!", template as "template!", data as "data!", person_name,
                  org_name as "organisation!", inviter_name, invited_as, expires_at
             from mail.begin($1)"#,
        token_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Begun {
        id: row.id,
        recipient: row.recipient,
        template: row.template,
        person: row.person_name,
        organisation: row.organisation,
        inviter: row.inviter_name,
        role: row.invited_as,
        expires_at: row.expires_at,
        // What is not there is not said.
        data: serde_json::from_value(row.data).unwrap_or_default(),
    }))
}

pub(crate) async fn finish(
    tx: &mut WriteTx,
    state: &str,
    error: Option<&str>,
) -> Result<(), Error> {
    sqlx::query!("select mail.finish($1, $2)", state, error)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn sweep(tx: &mut WriteTx) -> Result<(), Error> {
    sqlx::query!("select mail.sweep()")
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn send_again(tx: &mut WriteTx, mail: Uuid) -> Result<String, Error> {
    let answer = sqlx::query_scalar!(r#"select mail.send_again($1) as "answer!""#, mail)
        .fetch_one(&mut **tx)
        .await?;
    Ok(answer)
}

/// A row of the outbox.
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) recipient: String,
    pub(crate) template: String,
    pub(crate) state: String,
    pub(crate) attempts: i32,
    pub(crate) last_error: Option<String>,
    pub(crate) queued_at: OffsetDateTime,
    pub(crate) sent_at: Option<OffsetDateTime>,
}

pub(crate) async fn outbox(tx: &mut ReadTx, most: i64) -> Result<Vec<Row>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "select id, recipient, template, state, attempts, last_error, queued_at, sent_at
           from mail.outbox
          where org_id = (select ctx.org_for('mail.manage'))
          order by queued_at desc, id limit $1",
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

pub(crate) async fn to_person(tx: &mut ReadTx, template: &str) -> Result<Option<Row>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, recipient, template, state, attempts, last_error, queued_at, sent_at
           from mail.outbox
          where org_id = (select ctx.org()) and user_id = (select ctx.person()) and template = $1
          order by queued_at desc, id limit 1",
        template
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row)
}
