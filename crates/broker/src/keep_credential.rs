use kernel::{AuditEntry, ConnectionId, Scope, Secret};
use manifest::{CredentialClass, CredentialTold, PasteRule, Refusal};

use crate::connection::Connection;
use crate::credential::{Credential, field_of};
use crate::egress::EgressError;
use crate::error::BrokerError;
use crate::instance_id::ask_instance_id;
use crate::keep_app_key::keep_app_key;
use crate::ledger::Ledger;
use crate::protocol::{Answer, KeyOf, SecretText};
use crate::send_read::send_own_read;
use crate::service::Service;
use crate::store;

const APP_KEY: &str = CredentialClass::AppKey.as_str();

/// What a person pasted, for a connection.
#[derive(Debug)]
pub(crate) struct Pasted {
    pub(crate) connection: ConnectionId,
    pub(crate) class: String,
    pub(crate) user: Option<String>,
    pub(crate) key_of: Option<KeyOf>,
    pub(crate) text: SecretText,
}

/// Takes a credential that a person pasted: of the class that the app takes, of the form that its manifest tells,
/// and one that the app accepts. Nothing of it is kept before.
pub(crate) async fn keep_credential<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    pasted: Pasted,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "connectors.manage").await?;
    let connection = Connection::read_to_use(&mut tx, &service.apps, pasted.connection).await?;
    drop(tx);
    if connection.row.state == "disconnected" {
        return Err(BrokerError::NotConnected);
    }
    if let Some(rule) = connection
        .manifest
        .auth
        .app_key()
        .filter(|_| pasted.class == APP_KEY)
    {
        let given = (pasted.key_of, pasted.text);
        keep_app_key(service, scope, (&connection, rule), given).await?;
        return Ok(Answer::Connected {
            connection: pasted.connection,
        });
    }
    let rule = connection.manifest.auth.paste();
    let rule = rule
        .filter(|rule| rule.class.as_str() == pasted.class)
        .ok_or(BrokerError::CredentialClass)?;
    let credential = read(rule, pasted.user.as_deref(), pasted.text)?;
    let told = verify(service, scope, (&connection, rule), &credential).await?;
    let instance_id = ask_instance_id(service, scope, &connection, &credential).await?;
    let kept = (&credential, instance_id.as_deref(), &told);
    keep(service, scope, &connection, kept).await?;
    Ok(Answer::Connected {
        connection: pasted.connection,
    })
}

/// What was copied often has a space or a line break at its end.
fn read(rule: &PasteRule, user: Option<&str>, text: SecretText) -> Result<Credential, BrokerError> {
    let text = text.into_secret();
    let text = text.expose().trim();
    let user = user.map(str::trim).filter(|user| !user.is_empty());
    rule.check(user, text)?;
    let whole = match user {
        Some(user) => format!("{user}:{text}"),
        None => text.to_owned(),
    };
    Ok(Credential::of(rule.class, Secret::new(whole)))
}

/// Calls the read that the manifest declares for it: what the app says of the credential.
async fn verify<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, rule): (&Connection<'_>, &PasteRule),
    credential: &Credential,
) -> Result<CredentialTold, BrokerError> {
    let of = (connection, rule.verify.as_str());
    let answered = send_own_read(service, scope, of, credential).await?;
    match answered {
        Ok(answered) => Ok(answered.credential),
        Err(error) if is_refused(&error, rule.class) => Err(BrokerError::CredentialRefused),
        Err(error) => Err(error.into()),
    }
}

/// Whether the app says that the credential is none. A bot's token is a part of the address: a wrong one leads
/// nowhere.
fn is_refused(error: &EgressError, class: CredentialClass) -> bool {
    match error {
        EgressError::Status { status: 401, .. } => true,
        // GitHub says 403 of a spent limit as well.
        EgressError::Status { status: 403, .. } => error.code() == "egress.refused",
        EgressError::Status { status: 404, .. } => matches!(class, CredentialClass::BotToken),
        EgressError::Declined { why, .. } => !matches!(why, Refusal::Wait),
        _ => false,
    }
}

/// Seals it, and says that the connection works. What was sealed before goes: it may be of another class.
async fn keep<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    (credential, instance_id, told): (&Credential, Option<&str>, &CredentialTold),
) -> Result<(), BrokerError> {
    let (id, class) = (connection.row.id, credential.class());
    let owner = (connection.row.organisation, id.uuid());
    let mut tx = service.db.write(scope).await?;
    if connection.row.class != class {
        store::delete_secrets(&mut tx, id.uuid()).await?;
    }
    let of = store::CredentialOf::default();
    store::put_credential(&mut tx, id, (class, of)).await?;
    store::put_instance_id(&mut tx, id, instance_id).await?;
    let chance = service.db.chance();
    service
        .vault
        .put(&mut tx, owner, field_of(class), credential.text(), chance)
        .await?;
    // It lives until the app says otherwise: when it is to end is for people to know.
    store::keep_tokens(&mut tx, id, store::Life::default()).await?;
    let rule = connection.manifest.auth.paste();
    let tells = rule.is_some_and(|rule| rule.told.is_some());
    let granted = Some(told.scopes.as_slice()).filter(|_| tells);
    if !store::set_connected(&mut tx, id, granted, told.expires_at).await? {
        return Err(BrokerError::NotConnected);
    }
    let entry = AuditEntry::about("connectors.credential_stored", id).with("class", class.as_str());
    Ok(tx.commit(entry).await?)
}
