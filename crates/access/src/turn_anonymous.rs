use db::{Error, WriteTx};
use kernel::AuditEntry;

use crate::{LintVerdict, store};

/// Why an organisation was not opened to its anonymous keys.
#[derive(Debug, thiserror::Error)]
pub enum TurnOnError {
    /// The linter of row level security has a finding, or has not looked lately.
    #[error("row level security is not shown to hold")]
    Lint(LintVerdict),
    /// The database failed, or does not allow it.
    #[error("it could not be turned on")]
    Database(#[from] Error),
}

/// Opens the bound organisation to its anonymous keys. The database asks for a recent proof, and for a
/// fresh pass of the control `db.lint`.
pub async fn turn_on_anonymous(mut tx: WriteTx) -> Result<(), TurnOnError> {
    let outcome = store::turn_on_anonymous(&mut tx).await?;
    if outcome != "on" {
        return Err(TurnOnError::Lint(LintVerdict::parse(&outcome)));
    }
    tx.commit(AuditEntry::new("access.anonymous_turned_on"))
        .await?;
    Ok(())
}

/// Closes it: every anonymous key of it fails on its next use. False where it was closed.
pub async fn turn_off_anonymous(mut tx: WriteTx) -> Result<bool, Error> {
    let was_on = store::turn_off_anonymous(&mut tx).await?;
    if was_on {
        tx.commit(AuditEntry::new("access.anonymous_turned_off"))
            .await?;
    }
    Ok(was_on)
}
