//! Tokens that an app asks for under its own key: one to read with, kept and replaced like any other; and one for each
//! write, kept nowhere.

use std::time::Duration;

use crypto::app_key::AppKey;
use kernel::{Scope, Secret};
use manifest::{AppKeyRule, Arguments, Class, Operation, permissions};

use super::{AccessToken, access_token, stored};
use crate::connection::{Connection, still_connected};
use crate::credential::Credential;
use crate::egress::app_token::{AppClient, AppTokenError, Wanted};
use crate::egress::oauth::TokenAnswer;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store;
use crate::vault::Field;

/// An app's identifier and where it is installed, with its key.
#[derive(Debug)]
pub(crate) struct HeldKey {
    pub(crate) app: String,
    pub(crate) installation: String,
    pub(crate) key: AppKey,
}

impl HeldKey {
    /// What the connection has.
    async fn of<L: Ledger>(
        service: &Service<L>,
        scope: &Scope,
        connection: &Connection<'_>,
    ) -> Result<Self, BrokerError> {
        let key = stored(service, scope, connection, Field::AppKey).await?;
        let row = &connection.row;
        let (Some(key), Some(app), Some(installation)) = (key, &row.client_id, &row.installation)
        else {
            return Err(BrokerError::NotConnected);
        };
        Ok(Self {
            app: app.clone(),
            installation: installation.clone(),
            key: AppKey::read(&key)?,
        })
    }

    fn client<'a>(&'a self, rule: &'a AppKeyRule, connection: &'a Connection<'_>) -> AppClient<'a> {
        AppClient {
            manifest: connection.manifest,
            rule,
            instance: connection.instance(),
            app: &self.app,
            installation: &self.installation,
            key: &self.key,
        }
    }
}

/// Asks for a token to read with: none that is kept can write, whatever the connection is for.
pub(crate) async fn reading_token<L: Ledger>(
    service: &Service<L>,
    (connection, rule): (&Connection<'_>, &AppKeyRule),
    held: &HeldKey,
) -> Result<TokenAnswer, AppTokenError> {
    let manifest = connection.manifest;
    let purpose = if connection.row.writes {
        Class::Write
    } else {
        Class::Read
    };
    let scopes = manifest.scopes_for(manifest.operations_for(purpose));
    let reads = |name: &&str| {
        manifest
            .scopes()
            .any(|(scope, rule)| scope == *name && rule.class == Class::Read)
    };
    let wanted = Wanted {
        permissions: permissions(scopes.into_iter().filter(reads)),
        narrowed: None,
    };
    let now = service.db.clock().now();
    let came = service
        .egress
        .app_token(&held.client(rule, connection), &wanted, now)
        .await?;
    let left = came.expires_at.map(|at| at - now);
    Ok(TokenAnswer {
        access_token: came.token,
        refresh_token: None,
        expires_in_seconds: left.and_then(|left| u64::try_from(left.whole_seconds()).ok()),
        refresh_expires_in_seconds: None,
        granted_scopes: Some(came.holds),
    })
}

/// The same, under the key that the connection has.
pub(super) async fn reading_token_of<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, rule): (&Connection<'_>, &AppKeyRule),
) -> Result<TokenAnswer, BrokerError> {
    let held = HeldKey::of(service, scope, connection).await?;
    Ok(reading_token(service, (connection, rule), &held).await?)
}

/// What an approved write leaves with: the connection's credential; or, of an app that signs for itself, a token for
/// this write alone, which can do it and nothing else, to the one thing that the request names.
pub(crate) async fn writing_token<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, operation, arguments): (&Connection<'_>, &Operation, &Arguments),
) -> Result<AccessToken, BrokerError> {
    let Some(rule) = connection.manifest.auth.app_key() else {
        return access_token(service, scope, connection).await;
    };
    let mut tx = service.db.read(scope).await?;
    still_connected(&mut tx, connection.row.id).await?;
    drop(tx);
    let narrowed = match &rule.token.narrow {
        Some(narrow) => Some(narrow.of(arguments).ok_or(BrokerError::PayloadChanged)?),
        None => None,
    };
    let look_up = operation.reconcile.as_ref();
    let look_up = look_up.and_then(|rule| connection.manifest.operation(&rule.operation).ok());
    let needed = [operation].into_iter().chain(look_up);
    let wanted = Wanted {
        permissions: permissions(connection.manifest.scopes_for(needed)),
        narrowed,
    };
    let held = HeldKey::of(service, scope, connection).await?;
    let now = service.db.clock().now();
    let came = service
        .egress
        .app_token(&held.client(rule, connection), &wanted, now)
        .await;
    let came = match came {
        Ok(came) => came,
        Err(error) => {
            if error.is_over() {
                say_over(service, scope, connection, error.code()).await?;
            }
            return Err(error.into());
        }
    };
    let token = AccessToken {
        credential: Credential::InstallationToken(came.token),
        version: connection.row.token.version,
        is_for_one_write: true,
    };
    // The provider may have taken its time, and the connection may be over by now.
    let mut tx = service.db.read(scope).await?;
    let standing = still_connected(&mut tx, connection.row.id).await;
    drop(tx);
    if let Err(error) = standing {
        end_writing_token(service, connection, &token).await;
        return Err(error);
    }
    Ok(token)
}

/// Ends what a write left with, where it was for this write alone.
pub(crate) async fn end_writing_token<L: Ledger>(
    service: &Service<L>,
    connection: &Connection<'_>,
    token: &AccessToken,
) {
    if token.is_for_one_write {
        end_token(service, connection, &token.credential).await;
    }
}

/// Ends a token to read with that is kept nowhere.
pub(crate) async fn end_reading_token<L: Ledger>(
    service: &Service<L>,
    connection: &Connection<'_>,
    token: TokenAnswer,
) {
    let token = Credential::InstallationToken(token.access_token);
    end_token(service, connection, &token).await;
}

/// Where its provider does not do it, it ends by itself.
async fn end_token<L: Ledger>(
    service: &Service<L>,
    connection: &Connection<'_>,
    token: &Credential,
) {
    let of = (connection.manifest, connection.instance());
    let mut ended = service.egress.end_app_token(of, token).await;
    if ended.is_err() {
        tokio::time::sleep(BEFORE_ANOTHER_TRY).await;
        ended = service.egress.end_app_token(of, token).await;
    }
    if let Err(error) = ended {
        let connection = connection.row.id;
        tracing::warn!(%connection, code = error.code(), "connectors.token_not_ended");
    }
}

/// A token that was not ended is asked to be once more, after this.
const BEFORE_ANOTHER_TRY: Duration = Duration::from_secs(1);

async fn say_over<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    reason: &'static str,
) -> Result<(), BrokerError> {
    let mut tx = service.db.write(scope).await?;
    let of = (connection.row.id, connection.row.token.version);
    store::key_refused(&mut tx, of, reason).await?;
    #[expect(clippy::disallowed_methods, reason = "the database tells it")]
    tx.commit_silently().await?;
    Ok(())
}

/// The text of a key for the vault, as it was read: without what stands around it.
pub(crate) fn to_seal(pasted: &Secret<String>) -> Secret<String> {
    Secret::new(pasted.expose().trim().to_owned())
}
