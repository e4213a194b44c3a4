use db::WriteTx;
use kernel::{AuditEntry, UserId};

use crate::{Given, store};

/// Why a membership stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// There is no such member.
    #[error("there is no such member")]
    Gone,
    /// Theirs or the new level is above the own.
    #[error("you cannot change somebody above you, nor give more than you hold yourself")]
    Beyond,
    /// An organisation has an owner.
    #[error("this is the last owner: make somebody else an owner first")]
    LastOwner,
    /// The database failed.
    #[error("the membership could not be changed")]
    Database(#[from] db::Error),
}

/// Gives a member of the bound organisation another role, from their next request on.
pub async fn change_member(mut tx: WriteTx, user: UserId, given: Given) -> Result<(), MemberError> {
    let verdict = store::invitations::change_member(&mut tx, user, given).await?;
    judge(&verdict, "changed")?;
    let entry =
        AuditEntry::about("identity.member_changed", user).with("standing", given.to_string());
    tx.commit(entry).await?;
    Ok(())
}

/// Ends a membership, with the sessions, API keys, links and jobs that acted by it.
pub async fn remove_member(mut tx: WriteTx, user: UserId) -> Result<(), MemberError> {
    let verdict = store::invitations::remove_member(&mut tx, user).await?;
    judge(&verdict, "removed")?;
    tx.commit(AuditEntry::about("identity.member_removed", user))
        .await?;
    Ok(())
}

fn judge(verdict: &str, done: &str) -> Result<(), MemberError> {
    match verdict {
        verdict if verdict == done => Ok(()),
        "beyond" => Err(MemberError::Beyond),
        "last_owner" => Err(MemberError::LastOwner),
        _ => Err(MemberError::Gone),
    }
}
