use crypto::token::{self, TokenKind};
use db::{Db, ReadTx, WriteTx};
use kernel::{AuditEntry, Scope, TokenHash, UserId};
use time::OffsetDateTime;

use crate::{LinkError, store};

/// What a link of a change of address is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChangeFace {
    /// Whose account.
    pub user: UserId,
    /// Whether the link went to the mailbox that the account would leave.
    pub is_old: bool,
    /// The mailbox that the link went to.
    pub recipient: String,
    /// Where the account would move.
    pub new_email: String,
    /// The link does nothing after this.
    pub expires_at: OffsetDateTime,
}

/// What became of one mailbox's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailConfirmed {
    /// The other one has to agree, too.
    Waits,
    /// The account is under the new address.
    Changed,
    /// The address became somebody else's meanwhile: nothing was changed.
    Taken,
}

/// What a link is about. Showing it uses nothing up: previews of mails fetch links.
pub async fn show_email_change(tx: &mut ReadTx, link: &str) -> Result<EmailChangeFace, LinkError> {
    store::account::email_change_face(tx, &hash(link)?)
        .await?
        .ok_or(LinkError::Dead)
}

/// The bound person agrees by a link that was mailed to one of the two addresses. With the second yes the
/// account moves, and every other session and link of theirs ends.
pub async fn confirm_email_change(
    mut tx: WriteTx,
    person: UserId,
    link: &str,
) -> Result<EmailConfirmed, LinkError> {
    let confirmed = match store::account::confirm_email_change(&mut tx, &hash(link)?)
        .await?
        .as_str()
    {
        "waits" => EmailConfirmed::Waits,
        "changed" => EmailConfirmed::Changed,
        "taken" => EmailConfirmed::Taken,
        _ => return Err(LinkError::Dead),
    };
    let state = match confirmed {
        EmailConfirmed::Waits => "waits",
        EmailConfirmed::Changed => "changed",
        EmailConfirmed::Taken => "taken",
    };
    let entry = AuditEntry::about("identity.email_change_confirmed", person).with("state", state);
    tx.commit(entry).await?;
    Ok(confirmed)
}

/// Stops a change, by whoever has a link of it. Nobody need be signed in: the mailbox may be all that its
/// owner still has.
pub async fn stop_email_change(db: &Db, link: &str) -> Result<(), LinkError> {
    let hash = hash(link)?;
    let mut tx = db.write(&Scope::Anonymous).await?;
    if !store::account::stop_email_change(&mut tx, &hash).await? {
        return Err(LinkError::Dead);
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.stop_email_change writes the entry: it alone knows whose account it is"
    )]
    tx.commit_silently().await?;
    Ok(())
}

fn hash(link: &str) -> Result<TokenHash, LinkError> {
    token::hash(TokenKind::ChangeEmail, link).map_err(|_| LinkError::Dead)
}
