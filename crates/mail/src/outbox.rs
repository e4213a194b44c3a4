use db::{Error, ReadTx, WriteTx};
use kernel::{AuditEntry, MailId};
use time::OffsetDateTime;

use crate::{Kind, store};

/// Where a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxState {
    /// Waiting, or to be tried again.
    Queued,
    /// The mail server has it.
    Sent,
    /// Given up.
    Failed,
}

/// A mail of the bound organisation, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its identifier.
    pub id: MailId,
    /// To whom.
    pub recipient: String,
    /// What it is about.
    pub kind: Kind,
    /// Where it is.
    pub state: OutboxState,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it was not taken the last time.
    pub last_error: Option<String>,
    /// Since when, or since when again.
    pub queued_at: OffsetDateTime,
    /// When the mail server took it.
    pub sent_at: Option<OffsetDateTime>,
}

/// What became of asking for a mail to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendAgain {
    /// It is queued.
    Queued,
    /// It was queued a moment ago, or all too often.
    TooSoon,
    /// There is no such mail.
    Gone,
}

const MOST: i64 = 200;

impl OutboxState {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "queued" => Self::Queued,
            "sent" => Self::Sent,
            "failed" => Self::Failed,
            _ => return None,
        })
    }
}

/// The latest mails of the bound organisation, newest first, for who may manage mail.
pub async fn outbox(tx: &mut ReadTx) -> Result<Vec<OutboxRow>, Error> {
    let rows = store::outbox(tx, MOST).await?;
    Ok(rows.into_iter().filter_map(row).collect())
}

/// The latest mail with which the bound person was asked to verify their address.
pub async fn to_person(tx: &mut ReadTx) -> Result<Option<OutboxRow>, Error> {
    Ok(store::to_person(tx, "verify_address").await?.and_then(row))
}

fn row(row: store::Row) -> Option<OutboxRow> {
    Some(OutboxRow {
        id: row.id.into(),
        recipient: row.recipient,
        kind: Kind::parse(&row.template)?,
        state: OutboxState::parse(&row.state)?,
        attempts: row.attempts,
        last_error: row.last_error,
        queued_at: row.queued_at,
        sent_at: row.sent_at,
    })
}

/// Has a mail of the bound organisation sent again, with a new link.
pub async fn send_again(mut tx: WriteTx, mail: MailId) -> Result<SendAgain, Error> {
    let answer = store::send_again(&mut tx, mail.uuid()).await?;
    let answer = match answer.as_str() {
        "again" => SendAgain::Queued,
        "soon" => return Ok(SendAgain::TooSoon),
        _ => return Ok(SendAgain::Gone),
    };
    tx.commit(AuditEntry::about("mail.queued_again", mail))
        .await?;
    Ok(answer)
}
