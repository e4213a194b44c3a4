use kernel::{AuditEntry, Scope, UserId};

use super::party;
use super::verify::{Verified, commit_told, verify};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, PasskeyAnswer, PasskeyPurpose, SessionToBegin};
use crate::service::Service;
use crate::store::passkeys::{self as store, SignedIn};

/// Starts a session for whoever a passkey is. The front brings the hash of its token: the token itself stays
/// with the browser.
pub(crate) async fn sign_in<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    answer: PasskeyAnswer,
    session: SessionToBegin,
) -> Result<Answer, BrokerError> {
    let tx = service.db.write(scope).await?;
    let (mut tx, Verified { passkey, asserted }) =
        verify(tx, party(service)?, PasskeyPurpose::SignIn, &answer).await?;
    match store::sign_in(&mut tx, &passkey, asserted, &session).await? {
        SignedIn::Yes => {}
        SignedIn::Copied => {
            commit_told(tx).await?;
            return Err(BrokerError::PasskeyCopied);
        }
    }
    let person = UserId::from(passkey.person);
    let entry = AuditEntry::about("identity.signed_in_by_passkey", person)
        .with("session", session.id.to_string())
        .with("passkey", passkey.id().to_string());
    tx.commit(entry).await?;
    Ok(Answer::SignedInByPasskey { person })
}
