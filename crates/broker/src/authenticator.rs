//! Codes of authenticator apps (RFC 6238). The broker alone opens their keys, and its login alone tells the
//! database that a code was right.

use crypto::{Context, KeyId, Sealed, totp};
use kernel::{AuditEntry, Scope};

use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{Answer, SecretText, Tried};
use crate::service::Service;
use crate::store;

/// Makes a key and keeps it sealed until a code confirms it.
pub(crate) async fn begin<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.write(scope).await?;
    let person = store::person(&mut tx).await?;
    let key = totp::generate(service.db.chance());
    let chance = service.db.chance();
    let server_key = service.vault.server_key(&mut tx, chance).await?;
    let row = person.to_string();
    let sealed = server_key.seal(key.expose(), &place(&row), chance);
    let key_id = server_key.id().as_str();
    let kept = store::begin_authenticator(&mut tx, key_id, sealed.as_bytes()).await?;
    if !kept {
        return Err(BrokerError::AuthenticatorExists);
    }
    tx.commit(AuditEntry::about("identity.authenticator_begun", person))
        .await?;
    let text = totp::key_text(key.expose());
    Ok(Answer::AuthenticatorBegun {
        key: SecretText::new(text.expose().clone()),
    })
}

/// Tries a code. Turns are taken one after the other, under a row that the transaction holds.
pub(crate) async fn try_code<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    code: SecretText,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.write(scope).await?;
    let person = store::person(&mut tx).await?;
    let Some(held) = store::try_authenticator(&mut tx).await? else {
        return Ok(Answer::Tried(Tried::None));
    };
    if held.wait_seconds > 0 {
        let seconds = held.wait_seconds.unsigned_abs();
        return Ok(Answer::Tried(Tried::Wait { seconds }));
    }
    let row = person.to_string();
    let sealed = Sealed::from_bytes(held.sealed);
    let server_key = service
        .vault
        .server_key_named(&mut tx, &held.key_id)
        .await?;
    let key = server_key
        .open(&KeyId::new(held.key_id), &sealed, &place(&row))
        .map_err(crate::vault::VaultError::from)?;
    let code = code.into_secret();
    let now = service.db.clock().now();
    let step = totp::verify(key.expose(), code.expose(), now, held.last_step);
    store::authenticator_tried(&mut tx, step).await?;
    if step.is_none() {
        #[expect(
            clippy::disallowed_methods,
            reason = "identity.tried writes the entry, in the session's organisation"
        )]
        tx.commit_silently().await?;
        return Ok(Answer::Tried(Tried::Wrong));
    }
    let action = if held.is_confirmed {
        "identity.second_factor_given"
    } else {
        "identity.authenticator_added"
    };
    tx.commit(AuditEntry::about(action, person)).await?;
    Ok(Answer::Tried(Tried::Right))
}

/// What a key is sealed for.
pub(crate) const fn place(person: &str) -> Context<'_> {
    Context {
        tenant: "server",
        table: "identity.authenticators",
        field: "sealed",
        row: person,
        version: 1,
    }
}
