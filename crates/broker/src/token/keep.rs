use std::time::Duration;

use db::WriteTx;
use kernel::{AuditEntry, ConnectionId, Scope, Secret, TokenHash};

use super::due::refresh_after;
use crate::connection::Connection;
use crate::credential::{Credential, field_of};
use crate::egress::oauth::{OAuthClient, TokenAnswer};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store::{self, Refreshed};
use crate::vault::Field;

/// Tokens that live for longer are refreshed once in that time.
const LONGEST_LIFE: Duration = Duration::from_hours(24 * 3650);
/// After the database did not take tokens.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Seals the tokens of a new grant, with the identifier of its instance, and says that the connection works.
pub(crate) async fn keep_granted<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    (tokens, instance_id): (&TokenAnswer, Option<&str>),
) -> Result<(), BrokerError> {
    let id = connection.row.id;
    let mut tx = service.db.write(scope).await?;
    let granted = tokens.granted_scopes.as_deref();
    if !store::set_connected(&mut tx, id, granted, None).await? {
        return Err(BrokerError::NotConnected);
    }
    seal(service, &mut tx, connection, tokens).await?;
    // What an older grant left would be refreshed in the place of this one.
    if tokens.refresh_token.is_none() {
        store::delete_secret(&mut tx, id.uuid(), Field::RefreshToken.as_str()).await?;
    }
    let life = life(service, tokens, tokens.refresh_token.is_some());
    store::keep_tokens(&mut tx, id, life).await?;
    store::put_instance_id(&mut tx, id, instance_id).await?;
    let granted = tokens.granted_scopes.as_deref().unwrap_or_default();
    let entry =
        AuditEntry::about("connectors.tokens_stored", id).with("granted", granted.join(" "));
    Ok(tx.commit(entry).await?)
}

/// Seals the tokens of a refresh, before anybody uses them. They are lost with what goes wrong here: it is tried for as
/// long as the turn lasts.
pub(super) async fn keep_refreshed<L: Ledger>(
    service: &Service<L>,
    turn: (&Scope, &TokenHash),
    connection: &Connection<'_>,
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let kept = loop {
        match keep(service, turn, connection, tokens).await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, connection = %connection.row.id, "connectors.not_kept_yet");
                tokio::time::sleep(TRY_AGAIN).await;
            }
            kept => break kept?,
        }
    };
    match kept {
        Refreshed::Kept => Ok(()),
        // They are sealed, for its app to be told about them.
        Refreshed::Ended => Err(BrokerError::NotConnected),
        Refreshed::Late => Err(BrokerError::Unauthenticated),
    }
}

async fn keep<L: Ledger>(
    service: &Service<L>,
    (scope, ticket): (&Scope, &TokenHash),
    connection: &Connection<'_>,
    tokens: &TokenAnswer,
) -> Result<Refreshed, BrokerError> {
    // Fails once the turn is over, and with it every further try.
    let mut tx = service.db.write(scope).await?;
    seal(service, &mut tx, connection, tokens).await?;
    let granted = tokens.granted_scopes.as_deref();
    let life = life(service, tokens, true);
    let kept = store::end_refresh(&mut tx, ticket, life, granted).await?;
    if kept != Refreshed::Late {
        #[expect(clippy::disallowed_methods, reason = "the database tells it")]
        tx.commit_silently().await?;
    }
    Ok(kept)
}

/// Seals the token that came with the key of an app, as the first of many.
pub(crate) async fn keep_reading_token<L: Ledger>(
    service: &Service<L>,
    tx: &mut WriteTx,
    connection: &Connection<'_>,
    token: &TokenAnswer,
) -> Result<(), BrokerError> {
    let owner = (connection.row.organisation, connection.row.id.uuid());
    let (text, chance) = (&token.access_token, service.db.chance());
    let field = Field::InstallationToken;
    service.vault.put(tx, owner, field, text, chance).await?;
    store::keep_tokens(tx, connection.row.id, life(service, token, true)).await?;
    Ok(())
}

async fn seal<L: Ledger>(
    service: &Service<L>,
    tx: &mut WriteTx,
    connection: &Connection<'_>,
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let owner = (connection.row.organisation, connection.row.id.uuid());
    let access = (field_of(connection.row.class), Some(&tokens.access_token));
    // An app that gives no other refresh token goes on with the one before (RFC 6749 6).
    let refresh = (Field::RefreshToken, tokens.refresh_token.as_ref());
    for (field, token) in [access, refresh] {
        if let Some(token) = token {
            let chance = service.db.chance();
            service.vault.put(tx, owner, field, token, chance).await?;
        }
    }
    Ok(())
}

/// How long the access token lives, and when it is refreshed. A lifetime that the app did not name is not known, and
/// none at all is none.
fn life<L: Ledger>(service: &Service<L>, tokens: &TokenAnswer, can_refresh: bool) -> store::Life {
    let seconds = tokens.expires_in_seconds.filter(|seconds| *seconds > 0);
    let lifetime = seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST_LIFE));
    store::Life {
        lifetime,
        due: lifetime
            .filter(|_| can_refresh)
            .map(|lifetime| refresh_after(lifetime, service.db.chance())),
    }
}

/// Tells the app to forget tokens that are not kept, such as those of a connection that had ended by then: they are
/// sealed nowhere, so this is the one chance. Where it does not, the receipt says so.
pub(crate) async fn give_back<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (id, client): (ConnectionId, &OAuthClient<'_>),
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    let refresh = tokens.refresh_token.as_ref();
    let refresh = refresh.filter(|_| !client.manifest.auth.revoke.by_token());
    let token = Secret::new(refresh.unwrap_or(&tokens.access_token).expose().clone());
    let told = service
        .egress
        .revoke(client, &Credential::OAuth2(token))
        .await;
    if let Err(error) = told {
        let code = BrokerError::from(error).code();
        tracing::warn!(connection = %id, code, "connectors.not_given_back");
        let mut tx = service.db.write(scope).await?;
        store::not_given_back(&mut tx, id, code).await?;
        tx.commit(AuditEntry::about("connectors.not_given_back", id).with("code", code))
            .await?;
    }
    Ok(())
}
