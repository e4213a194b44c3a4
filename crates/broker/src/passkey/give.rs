use kernel::{AuditEntry, Scope};

use super::party;
use super::verify::{Verified, commit_told, verify};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, PasskeyAnswer, PasskeyPurpose};
use crate::service::Service;
use crate::store::passkeys as store;

/// Takes a passkey as second factor, or as fresh proof, of the session that asks.
pub(crate) async fn give<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    answer: PasskeyAnswer,
) -> Result<Answer, BrokerError> {
    let tx = service.db.write(scope).await?;
    let (mut tx, Verified { passkey, asserted }) =
        verify(tx, party(service)?, PasskeyPurpose::Prove, &answer).await?;
    if !store::given(&mut tx, &passkey, asserted).await? {
        commit_told(tx).await?;
        return Err(BrokerError::PasskeyCopied);
    }
    tx.commit(AuditEntry::about("identity.passkey_given", passkey.id()))
        .await?;
    Ok(Answer::PasskeyGiven)
}
