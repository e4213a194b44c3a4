use db::{ReadTx, WriteTx};
use kernel::{AuditEntry, InvitationId};
use time::OffsetDateTime;

use crate::{Email, Given, store};

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// More than the own level.
    #[error("you cannot give more than you hold yourself")]
    Beyond,
    /// The address belongs to a member.
    #[error("somebody with that address is a member already")]
    Member,
    /// There is an open invitation.
    #[error("that address is invited already: send the invitation again, or revoke it")]
    Open,
    /// Too many in one day, or for one address.
    #[error("there were too many invitations: try again later")]
    TooMany,
    /// The database failed.
    #[error("the invitation could not be stored")]
    Database(#[from] db::Error),
}

/// An invitation that was neither accepted nor revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Its identifier.
    pub id: InvitationId,
    /// Who may accept it.
    pub email: String,
    /// The role that it gives.
    pub role: String,
    /// The level that it gives.
    pub level: i32,
    /// The name of the organisation's own role that it gives instead.
    pub custom_role: Option<String>,
    /// Who invited.
    pub invited_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Until when its latest link works; none was sent yet where nothing.
    pub expires_at: Option<OffsetDateTime>,
}

/// What became of asking for an invitation to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteAgain {
    /// It is queued.
    Queued,
    /// It was queued a moment ago, or all too often.
    TooSoon,
    /// It is not open any more.
    Gone,
}

/// Invites an address to the bound organisation, by mail.
pub async fn invite(
    mut tx: WriteTx,
    id: InvitationId,
    email: &Email,
    given: Given,
) -> Result<(), InviteError> {
    match store::invitations::invite(&mut tx, id, email, given)
        .await?
        .as_str()
    {
        "invited" => {}
        "beyond" => return Err(InviteError::Beyond),
        "member" => return Err(InviteError::Member),
        "open" => return Err(InviteError::Open),
        _ => return Err(InviteError::TooMany),
    }
    // Identifiers alone: the address goes with the invitation's row.
    let entry = AuditEntry::about("identity.invited", id).with("standing", given.to_string());
    tx.commit(entry).await?;
    Ok(())
}

/// The open invitations of the bound organisation, newest first.
pub async fn invitations(tx: &mut ReadTx) -> Result<Vec<InvitationRow>, db::Error> {
    store::invitations::list(tx).await
}

/// Takes an open invitation back. False where there is none.
pub async fn revoke_invitation(mut tx: WriteTx, id: InvitationId) -> Result<bool, db::Error> {
    let revoked = store::invitations::revoke(&mut tx, id).await?;
    if revoked {
        tx.commit(AuditEntry::about("identity.invitation_revoked", id))
            .await?;
    }
    Ok(revoked)
}

/// Sends an invitation again, with a new link.
pub async fn invite_again(mut tx: WriteTx, id: InvitationId) -> Result<InviteAgain, db::Error> {
    match store::invitations::again(&mut tx, id).await?.as_str() {
        "again" => {}
        "soon" => return Ok(InviteAgain::TooSoon),
        _ => return Ok(InviteAgain::Gone),
    }
    tx.commit(AuditEntry::about("identity.invitation_sent_again", id))
        .await?;
    Ok(InviteAgain::Queued)
}
