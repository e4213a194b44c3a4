use db::{Db, ReadTx, WriteTx};
use kernel::{AuditEntry, EmailChangeId, UserId};
use time::OffsetDateTime;

use crate::{Email, store};

/// Why no change of address has begun.
#[derive(Debug, thiserror::Error)]
pub enum AskEmailChangeError {
    /// It is the account's own.
    #[error("that is your address already")]
    Same,
    /// Nobody has mail there.
    #[error("nobody can have mail at that address")]
    Reserved,
    /// There were too many within an hour.
    #[error("you asked for several addresses within the hour. Wait before the next one")]
    TooSoon,
    /// The database failed.
    #[error("the change could not begin")]
    Database(#[from] db::Error),
}

/// A change of the bound person's address that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChange {
    /// Where the account would move.
    pub new_email: String,
    /// Whether the new mailbox has agreed.
    pub is_confirmed_new: bool,
    /// Whether the present one has.
    pub is_confirmed_old: bool,
    /// It ends by itself after this.
    pub expires_at: OffsetDateTime,
}

/// Begins to move the bound person's account to `email`: both mailboxes get a link, and both must agree. Says
/// nothing of whether the address has an account: its owner is told by mail.
pub async fn ask_email_change(
    db: &Db,
    mut tx: WriteTx,
    person: UserId,
    email: &Email,
) -> Result<(), AskEmailChangeError> {
    let change = EmailChangeId::new(db.clock().now(), db.chance());
    match store::account::ask_email_change(&mut tx, change, email)
        .await?
        .as_str()
    {
        "asked" => {}
        "same" => return Err(AskEmailChangeError::Same),
        "reserved" => return Err(AskEmailChangeError::Reserved),
        _ => return Err(AskEmailChangeError::TooSoon),
    }
    tx.commit(AuditEntry::about("identity.email_change_asked", person))
        .await?;
    Ok(())
}

/// The bound person's change that waits, if one does.
pub async fn own_email_change(tx: &mut ReadTx) -> Result<Option<EmailChange>, db::Error> {
    store::account::own_email_change(tx).await
}

/// Takes the bound person's change back. False where none waits.
pub async fn cancel_email_change(mut tx: WriteTx, person: UserId) -> Result<bool, db::Error> {
    let cancelled = store::account::cancel_email_change(&mut tx).await?;
    if cancelled {
        tx.commit(AuditEntry::about("identity.email_change_stopped", person))
            .await?;
    }
    Ok(cancelled)
}
