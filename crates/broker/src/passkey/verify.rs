use crypto::digest::{self, sha256};
use crypto::passkey::{Asserted, Assertion, PublicKey, RelyingParty, Verification};
use db::WriteTx;

use crate::error::BrokerError;
use crate::protocol::{PasskeyAnswer, PasskeyPurpose};
use crate::store::passkeys::{self as store, HeldPasskey};

/// A right answer, whose use is not counted yet.
pub(super) struct Verified {
    pub(super) passkey: HeldPasskey,
    pub(super) asserted: Asserted,
}

/// Uses the challenge up and verifies the answer, in a transaction that is bound to whoever answers. What
/// was wrong is written down.
pub(super) async fn verify(
    mut tx: WriteTx,
    party: &RelyingParty,
    purpose: PasskeyPurpose,
    answer: &PasskeyAnswer,
) -> Result<(WriteTx, Verified), BrokerError> {
    let assertion = Assertion::parse(
        answer.client_data.as_bytes(),
        answer.authenticator_data.as_bytes(),
        answer.signature.as_bytes(),
    )?;
    if !store::take_challenge(&mut tx, purpose, sha256(assertion.challenge())).await? {
        return Err(BrokerError::PasskeyStale);
    }
    let Some(passkey) = store::to_verify(&mut tx, answer.id.as_bytes()).await? else {
        return Err(refuse(tx, None, BrokerError::PasskeyUnknown).await?);
    };
    match check(party, purpose, answer, (&assertion, &passkey)) {
        Ok(asserted) => Ok((tx, Verified { passkey, asserted })),
        Err(why) => Err(refuse(tx, Some(&passkey), why).await?),
    }
}

fn check(
    party: &RelyingParty,
    purpose: PasskeyPurpose,
    answer: &PasskeyAnswer,
    (assertion, passkey): (&Assertion, &HeldPasskey),
) -> Result<Asserted, BrokerError> {
    let verification = match purpose {
        // It stands for the password too.
        PasskeyPurpose::SignIn => Verification::Required,
        PasskeyPurpose::Prove | PasskeyPurpose::Add => Verification::Preferred,
    };
    // WebAuthn 7.2 step 6: the account is the one that the authenticator made it for.
    let is_theirs = match &answer.user_handle {
        Some(handle) => digest::equal(handle.as_bytes(), &passkey.handle),
        None => purpose != PasskeyPurpose::SignIn,
    };
    if !is_theirs {
        return Err(BrokerError::PasskeyOther);
    }
    let key = PublicKey::from_bytes(&passkey.public_key)?;
    let asserted = assertion.verify(party, &key, verification)?;
    // Step 19: what may be copied is so from the beginning.
    if asserted.is_backup_eligible != passkey.is_syncable {
        return Err(BrokerError::PasskeyOther);
    }
    Ok(asserted)
}

async fn refuse(
    mut tx: WriteTx,
    passkey: Option<&HeldPasskey>,
    why: BrokerError,
) -> Result<BrokerError, BrokerError> {
    store::wrong(&mut tx, passkey).await?;
    commit_told(tx).await?;
    Ok(why)
}

/// Commits what a function of the database has told the audit log already.
pub(super) async fn commit_told(tx: WriteTx) -> Result<(), BrokerError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "identity.passkey_wrong and identity.count_passkey write the entries, in the organisation of whose passkey it is"
    )]
    tx.commit_silently().await?;
    Ok(())
}
