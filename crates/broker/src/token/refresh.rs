use std::time::Duration;

use kernel::{Scope, TokenHash};

use super::app::{end_reading_token, reading_token_of};
use super::due::pause;
use super::keep::keep_refreshed;
use super::{client, stored, ticket};
use crate::connection::Connection;
use crate::egress::app_token::AppTokenError;
use crate::egress::oauth::OAuthError;
use crate::egress::{EgressError, WriteVerdict};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store;
use crate::vault::Field;

const GRANT_ENDED: &str = "connectors.grant_ended";
/// Beside the calls themselves: for the database, before the sending and after it.
const SLACK: Duration = Duration::from_secs(30);
/// What was lost is asked for again after this.
const BEFORE_A_REPLAY: Duration = Duration::from_secs(1);

/// Takes the turn to refresh the connection's tokens, and uses it. That somebody else has it, or has had it, is no
/// error: what came of it is in the row.
pub(super) async fn refresh<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<(), BrokerError> {
    let ticket = ticket(service.db.chance());
    let lease = service.egress.policy().timeout * 2 + SLACK;
    let (id, version) = (connection.row.id, connection.row.token.version);
    let mut tx = service.db.write(scope).await?;
    let Some(turn) = store::take_refresh(&mut tx, (id, version), &ticket, lease).await? else {
        return Ok(());
    };
    #[expect(clippy::disallowed_methods, reason = "what comes of it is told")]
    tx.commit_silently().await?;
    // From here on nothing depends on whoever asked: they may be gone before the app answers.
    let scope = Scope::Turn(ticket);
    let (error, is_lost) = match ask(service, (&scope, &ticket), connection).await {
        Ok(()) => return Ok(()),
        Err(Ended::Grant(told)) => {
            let mut tx = service.db.write(&scope).await?;
            let reason = if turn.was_lost && told == GRANT_ENDED {
                "connectors.refresh_lost"
            } else {
                told
            };
            store::lose_refresh(&mut tx, &ticket, reason).await?;
            #[expect(clippy::disallowed_methods, reason = "the database tells it")]
            tx.commit_silently().await?;
            return Err(BrokerError::Reconnect);
        }
        Err(Ended::Otherwise { error, is_lost }) => (error, is_lost || turn.was_lost),
    };
    let pause = pause(
        turn.failures,
        retry_after(&error, service),
        service.db.chance(),
    );
    let mut tx = service.db.write(&scope).await?;
    store::put_refresh_off(&mut tx, &ticket, pause, is_lost).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing ended; the log of the server says it"
    )]
    tx.commit_silently().await?;
    let pause = pause.as_secs();
    tracing::warn!(connection = %id, code = error.code(), pause, "connectors.not_refreshed");
    Err(error)
}

/// Why a turn brought no tokens.
enum Ended {
    /// The app says that the grant, or the key, is over: why, as a stable code.
    Grant(&'static str),
    /// Nothing ended, as far as anybody knows.
    Otherwise {
        error: BrokerError,
        /// Whether the app may have given tokens that never came.
        is_lost: bool,
    },
}

impl<E: Into<BrokerError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Otherwise {
            error: error.into(),
            is_lost: false,
        }
    }
}

async fn ask<L: Ledger>(
    service: &Service<L>,
    (scope, ticket): (&Scope, &TokenHash),
    connection: &Connection<'_>,
) -> Result<(), Ended> {
    if let Some(rule) = connection.manifest.auth.app_key() {
        let tokens = match reading_token_of(service, scope, (connection, rule)).await {
            Ok(tokens) => tokens,
            Err(BrokerError::AppToken(error)) if needs_a_person(&error) => {
                return Err(Ended::Grant(error.code()));
            }
            Err(other) => return Err(other.into()),
        };
        let kept = keep_refreshed(service, (scope, ticket), connection, &tokens).await;
        // One whose connection has ended is sealed, and its end is asked for with that of the rest.
        if kept
            .as_ref()
            .is_err_and(|error| !matches!(error, BrokerError::NotConnected))
        {
            end_reading_token(service, connection, tokens).await;
        }
        return Ok(kept?);
    }
    let token = stored(service, scope, connection, Field::RefreshToken).await?;
    // Disconnected meanwhile.
    let token = token.ok_or(BrokerError::NotConnected)?;
    let secret = stored(service, scope, connection, Field::ClientSecret).await?;
    let client = client(connection, secret.as_ref())?;
    let mut answered = service.egress.refresh(&client, &token).await;
    if answered.as_ref().is_err_and(is_lost) && replays(service, connection) {
        tokio::time::sleep(BEFORE_A_REPLAY).await;
        answered = service.egress.refresh(&client, &token).await;
    }
    let tokens = match answered {
        Ok(tokens) => tokens,
        Err(OAuthError::DeadGrant) => return Err(Ended::Grant(GRANT_ENDED)),
        Err(other) => {
            return Err(Ended::Otherwise {
                is_lost: is_lost(&other),
                error: other.into(),
            });
        }
    };
    keep_refreshed(service, (scope, ticket), connection, &tokens).await?;
    Ok(())
}

/// A token to read with is asked for with what every connection of its kind needs.
const fn needs_a_person(error: &AppTokenError) -> bool {
    error.is_over() || matches!(error, AppTokenError::NotGranted)
}

/// Whether the app may have given tokens that never came.
fn is_lost(error: &OAuthError) -> bool {
    let OAuthError::Egress(error) = error else {
        return false;
    };
    matches!(error.verdict(), WriteVerdict::Unknown | WriteVerdict::Done)
}

/// Whether the app takes a used refresh token again, for an answer that was lost.
fn replays<L: Ledger>(service: &Service<L>, connection: &Connection<'_>) -> bool {
    // From the first sending on.
    let passed = service.egress.policy().timeout + BEFORE_A_REPLAY;
    let oauth = connection.manifest.auth.oauth();
    let rule = oauth.and_then(|oauth| oauth.refresh.as_ref());
    rule.is_some_and(|rule| rule.replay_leeway > passed)
}

/// How long the app asked to be left alone.
fn retry_after<L: Ledger>(error: &BrokerError, service: &Service<L>) -> Option<Duration> {
    let BrokerError::Egress(EgressError::Status { rate, .. }) = error else {
        return None;
    };
    rate.pause(service.db.clock().now())
}
