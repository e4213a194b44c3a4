use crypto::digest::sha256;
use crypto::passkey::{Registration, Verification};
use kernel::{AuditEntry, PasskeyId, Scope};

use super::party;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, NewPasskeyAnswer, PasskeyPurpose};
use crate::service::Service;
use crate::store::passkeys::{self as store, Added, NewPasskey};

/// Those that browsers know; others say nothing to them (WebAuthn 5.8.4).
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

/// Keeps the passkey that whoever asks has made.
pub(crate) async fn add<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    answer: NewPasskeyAnswer,
) -> Result<Answer, BrokerError> {
    let party = party(service)?;
    let registration = Registration::parse(
        answer.client_data.as_bytes(),
        answer.attestation_object.as_bytes(),
    )?;
    let mut tx = service.db.write(scope).await?;
    let challenge = sha256(registration.challenge());
    if !store::take_challenge(&mut tx, PasskeyPurpose::Add, challenge).await? {
        return Err(BrokerError::PasskeyStale);
    }
    let registered = registration.verify(party, Verification::Preferred);
    let added = match &registered {
        Ok(registered) => {
            let id = PasskeyId::new(service.db.clock().now(), service.db.chance());
            let new = NewPasskey {
                id,
                registered,
                name: &answer.name,
                transports: known(answer.transports),
            };
            Ok((id, store::add(&mut tx, new).await?))
        }
        Err(why) => Err(BrokerError::Passkey(*why)),
    };
    let why = match added {
        Ok((id, Added::Yes)) => {
            tx.commit(AuditEntry::about("identity.passkey_added", id))
                .await?;
            return Ok(Answer::PasskeyAdded { passkey: id });
        }
        Ok((_, Added::Exists)) => BrokerError::PasskeyExists,
        Ok((_, Added::Full)) => BrokerError::PasskeysFull,
        Err(why) => why,
    };
    // The challenge is used up.
    tx.commit(AuditEntry::new("identity.passkey_not_added"))
        .await?;
    Err(why)
}

fn known(mut transports: Vec<String>) -> Vec<String> {
    transports.sort_unstable();
    transports.dedup();
    transports.retain(|transport| TRANSPORTS.contains(&transport.as_str()));
    transports
}
