//! The tokens of a connection: one to call with, refreshed before it ends, once for however many need it.

mod app;
mod due;
mod flights;
mod keep;
mod refresh;

pub(crate) use app::{
    HeldKey, end_reading_token, end_writing_token, reading_token, to_seal, writing_token,
};
pub(crate) use flights::Flights;
pub(crate) use keep::{give_back, keep_granted, keep_reading_token};

use std::time::{Duration, Instant};

use kernel::{Chance, ConnectionId, Scope, Secret, TokenHash};
use manifest::Way;

use self::due::{Standing, standing};
use self::flights::Boarded;
use self::refresh::refresh;
use crate::connection::{Connection, still_connected};
use crate::credential::{Credential, field_of};
use crate::egress::oauth::OAuthClient;
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store;
use crate::vault::Field;

/// When to look first, and how seldom at last, whether another broker is done.
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// Beside the time that a call may take.
const WAIT_LONGER: Duration = Duration::from_secs(5);

/// A ticket for a turn at a connection: chance, under which the database knows whose turn it is.
pub(crate) fn ticket(chance: &dyn Chance) -> TokenHash {
    let mut ticket = [0_u8; 32];
    chance.fill(&mut ticket);
    TokenHash::from_digest(ticket)
}

/// A credential to call with: an access token, or what a person pasted.
#[derive(Debug)]
pub(crate) struct AccessToken {
    pub(crate) credential: Credential,
    /// Which of the connection's it is.
    version: i64,
    /// Whether it is kept nowhere, and ended after.
    is_for_one_write: bool,
}

/// The connection's credential; an access token is refreshed first where it is about to end.
pub(crate) async fn access_token<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<AccessToken, BrokerError> {
    let before = connection.row.token.version;
    let mut step = step(service, scope, connection, Patience::default()).await?;
    let until = Instant::now() + service.egress.policy().timeout + WAIT_LONGER;
    // Looked at between steps alone: a refresh that is cut off in the middle loses the app's answer.
    while Instant::now() < until {
        let patience = match step {
            Step::Use => return open(service, scope, connection).await,
            Step::Look(patience) => patience,
            Step::Failed(_) => Patience::default(),
        };
        let mut tx = service.db.read(scope).await?;
        let fresh = Connection::read(&mut tx, &service.apps, connection.row.id).await?;
        drop(tx);
        fresh.usable()?;
        // What was refreshed for this call is good, however soon the app says that it ends.
        if fresh.row.token.version > before {
            return open(service, scope, &fresh).await;
        }
        step = match (step, self::step(service, scope, &fresh, patience).await) {
            // The token is used while the app gives no other; else the first thing that went wrong is told.
            (Step::Failed(error), Err(BrokerError::RefreshPutOff { .. })) => return Err(error),
            (_, Ok(Step::Use)) => return open(service, scope, &fresh).await,
            (_, next) => next?,
        };
    }
    Err(BrokerError::RefreshTooLong)
}

/// How long to wait before the row is looked at again.
#[derive(Debug, Clone, Copy)]
struct Patience(Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(FIRST_LOOK)
    }
}

enum Step {
    /// The token is good as the row has it.
    Use,
    /// Something happened: the row tells what.
    Look(Patience),
    /// It could not be refreshed, which ended nothing: the row tells whether it is good all the same.
    Failed(BrokerError),
}

/// Does what is due, or waits for whoever does it.
async fn step<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    patience: Patience,
) -> Result<Step, BrokerError> {
    let id = connection.row.id;
    let rotates = match &connection.manifest.auth.way {
        Way::OAuth(oauth) => oauth.refresh.as_ref().is_none_or(|rule| rule.rotates),
        // Another token of an installation ends none.
        Way::AppKey(_) => false,
        // An app that takes no tokens any more renews none.
        Way::Paste(_) => return Ok(Step::Use),
    };
    let lives = match standing(&connection.row.token, rotates) {
        Standing::Good => return Ok(Step::Use),
        Standing::PutOff { seconds } => return Err(BrokerError::RefreshPutOff { seconds }),
        Standing::Awaited => {
            let Some(here) = service.flights.of(id) else {
                // At another broker.
                tokio::time::sleep(patience.0).await;
                let longer = (patience.0 * 2).min(LONGEST_LOOK);
                return Ok(Step::Look(Patience(longer)));
            };
            here.ended().await;
            return Ok(Step::Look(patience));
        }
        Standing::Due { lives } => lives,
    };
    match service.flights.board(id) {
        Boarded::Under(_) if lives => return Ok(Step::Use),
        Boarded::Under(wait) => wait.ended().await,
        Boarded::First(_flight) => match refresh(service, scope, connection).await {
            Ok(()) => {}
            Err(BrokerError::Reconnect) => return Err(BrokerError::Reconnect),
            Err(error) => return Ok(Step::Failed(error)),
        },
    }
    Ok(Step::Look(patience))
}

async fn open<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
) -> Result<AccessToken, BrokerError> {
    let (row, class) = (&connection.row, connection.row.class);
    let mut tx = service.db.read(scope).await?;
    // As it stands now: what has ended is sealed until its app was told.
    still_connected(&mut tx, row.id).await?;
    let owner = (row.organisation, row.id.uuid());
    let text = service.vault.get(&mut tx, owner, field_of(class)).await?;
    Ok(AccessToken {
        credential: Credential::of(class, text.ok_or(BrokerError::NotConnected)?),
        version: row.token.version,
        is_for_one_write: false,
    })
}

/// After the app refused `token`: whether another is there, or to be had. Where there is none, or where it was tried
/// for this call already, a person is asked to connect again.
pub(crate) async fn refused<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (id, token): (ConnectionId, &AccessToken),
    is_tried: bool,
) -> Result<bool, BrokerError> {
    let mut tx = service.db.write(scope).await?;
    let follows = store::token_refused(&mut tx, (id, token.version), is_tried).await?;
    #[expect(clippy::disallowed_methods, reason = "the database tells it")]
    tx.commit_silently().await?;
    Ok(follows != store::Refused::Reconnect)
}

/// The client as the app knows it.
pub(crate) fn client<'a>(
    connection: &'a Connection<'_>,
    secret: Option<&'a Secret<String>>,
) -> Result<OAuthClient<'a>, BrokerError> {
    let id = connection
        .row
        .client_id
        .as_deref()
        .ok_or(BrokerError::NotConnected)?;
    Ok(OAuthClient {
        manifest: connection.manifest,
        instance: connection.instance(),
        id,
        secret,
    })
}

/// One of the connection's secrets.
pub(crate) async fn stored<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    connection: &Connection<'_>,
    field: Field,
) -> Result<Option<Secret<String>>, BrokerError> {
    let owner = (connection.row.organisation, connection.row.id.uuid());
    let mut tx = service.db.read(scope).await?;
    Ok(service.vault.get(&mut tx, owner, field).await?)
}
