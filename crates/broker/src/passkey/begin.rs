use crypto::digest::sha256;
use crypto::passkey::CHALLENGE_BYTES;
use kernel::Scope;

use super::{MOST, party};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, PasskeyAsked, PasskeyPurpose, PasskeyUser};
use crate::service::Service;
use crate::store::passkeys as store;

/// As long as the database keeps a challenge.
const SECONDS: u32 = 300;

/// Makes a challenge for whoever asks.
pub(crate) async fn begin<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    purpose: PasskeyPurpose,
) -> Result<Answer, BrokerError> {
    let party = party(service)?;
    let mut challenge = vec![0_u8; CHALLENGE_BYTES];
    service.db.chance().fill(&mut challenge);
    let mut tx = service.db.write(scope).await?;
    let begun = store::begin(&mut tx, purpose, sha256(&challenge)).await?;
    match purpose {
        PasskeyPurpose::Prove if begun.owned == 0 => return Err(BrokerError::NoPasskey),
        PasskeyPurpose::Add if begun.owned >= MOST => return Err(BrokerError::PasskeysFull),
        _ => {}
    }
    let known = store::to_ask(&mut tx).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a question opens nothing; each answer is in the audit log"
    )]
    tx.commit_silently().await?;
    let user = begun.handle.zip(begun.email);
    Ok(Answer::PasskeyAsked(Box::new(PasskeyAsked {
        challenge: challenge.into(),
        party: party.id().to_owned(),
        origin: party.origin().to_owned(),
        user: user.map(|(handle, name)| PasskeyUser {
            handle: handle.into(),
            name,
        }),
        known,
        seconds: SECONDS,
    })))
}
