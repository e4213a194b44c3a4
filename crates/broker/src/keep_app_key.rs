use crypto::app_key::AppKey;
use kernel::{AuditEntry, Scope, Secret};
use manifest::{AppKeyRule, CredentialClass};

use crate::connection::Connection;
use crate::egress::oauth::TokenAnswer;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::protocol::{KeyOf, SecretText};
use crate::service::Service;
use crate::store;
use crate::token::{HeldKey, end_reading_token, keep_reading_token, reading_token, to_seal};
use crate::vault::Field;

/// Takes the key of an app that a person pasted: an RSA key, under which the provider gives a token of that
/// installation. Nothing of it is kept before.
pub(crate) async fn keep_app_key<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, rule): (&Connection<'_>, &AppKeyRule),
    (of, text): (Option<KeyOf>, SecretText),
) -> Result<(), BrokerError> {
    let pasted = text.into_secret();
    let key = AppKey::read(&pasted)?;
    let of = of.filter(|of| is_id(&of.app) && is_id(&of.installation));
    let KeyOf { app, installation } = of.ok_or(BrokerError::KeyOf)?;
    let held = HeldKey {
        app,
        installation,
        key,
    };
    let token = reading_token(service, (connection, rule), &held).await?;
    let kept = keep(service, scope, connection, (&held, &pasted), &token).await;
    if kept.is_err() {
        end_reading_token(service, connection, token).await;
    }
    kept
}

/// All of it, or nothing.
async fn keep<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    (held, pasted): (&HeldKey, &Secret<String>),
    token: &TokenAnswer,
) -> Result<(), BrokerError> {
    let id = connection.row.id;
    let owner = (connection.row.organisation, id.uuid());
    let mut tx = service.db.write(scope).await?;
    if !store::set_connected(&mut tx, id, token.granted_scopes.as_deref(), None).await? {
        return Err(BrokerError::NotConnected);
    }
    if connection.row.class != CredentialClass::AppKey {
        store::delete_secrets(&mut tx, id.uuid()).await?;
    }
    let of = store::CredentialOf {
        client_id: Some(&held.app),
        installation: Some(&held.installation),
    };
    store::put_credential(&mut tx, id, (CredentialClass::AppKey, of)).await?;
    let chance = service.db.chance();
    service
        .vault
        .put(&mut tx, owner, Field::AppKey, &to_seal(pasted), chance)
        .await?;
    keep_reading_token(service, &mut tx, connection, token).await?;
    let entry = AuditEntry::about("connectors.credential_stored", id)
        .with("class", CredentialClass::AppKey.as_str());
    Ok(tx.commit(entry).await?)
}

/// What providers call apps and installations: short, and a segment of a path.
fn is_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=100).contains(&text.len())
        && text.bytes().all(plain)
        && text.bytes().any(|b| b.is_ascii_alphanumeric())
}
