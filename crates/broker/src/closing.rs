//! What follows the end of a connection: its app is told, again where it does not answer; then what was sealed for it
//! is destroyed, whatever the app said.

use std::time::Duration;

use kernel::{ConnectionId, Revocation, Scope, Secret};
use manifest::CredentialClass;

use crate::credential::{Credential, field_of};
use crate::egress::oauth::{OAuthClient, Revoked};
use crate::error::BrokerError;
use crate::ledger::Ledger;
use crate::service::Service;
use crate::store::{self, EndedRow};
use crate::token::ticket;
use crate::vault::Field;

/// After each time that an app did not answer. Then nobody asks any more.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(10),
    Duration::from_mins(1),
    Duration::from_mins(5),
];
/// Beside the call itself: for the database, before and after it.
const SLACK: Duration = Duration::from_secs(30);

/// What came of telling an app.
struct Told {
    revocation: Revocation,
    code: Option<&'static str>,
    /// Whether another time may help.
    may_pass: bool,
}

impl Told {
    const fn settled(revocation: Revocation) -> Self {
        Self {
            revocation,
            code: None,
            may_pass: false,
        }
    }
}

/// Takes the turn to close that connection, which somebody may have who is at it already, or whichever is due. False
/// where there is none.
pub(crate) async fn close<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    of: Option<ConnectionId>,
) -> Result<bool, BrokerError> {
    let ticket = ticket(service.db.chance());
    let lease = service.egress.policy().timeout + SLACK;
    let mut tx = service.db.write(scope).await?;
    let Some(ended) = store::take_closing(&mut tx, of, &ticket, lease).await? else {
        return Ok(false);
    };
    #[expect(clippy::disallowed_methods, reason = "what comes of it is told")]
    tx.commit_silently().await?;
    let scope = Scope::Turn(ticket);
    let told = match tell(service, &scope, &ended).await {
        Ok(told) => told,
        Err(error) => Told {
            revocation: Revocation::NotConfirmed,
            code: Some(error.code()),
            may_pass: error.may_pass(),
        },
    };
    let tried = usize::try_from(ended.tries).unwrap_or(usize::MAX);
    let pause = PAUSES
        .get(tried.saturating_sub(1))
        .filter(|_| told.may_pass);
    let mut tx = service.db.write(&scope).await?;
    if let Some(pause) = pause {
        let code = told.code.unwrap_or_default();
        store::put_closing_off(&mut tx, &ticket, code, *pause).await?;
        #[expect(clippy::disallowed_methods, reason = "the end of it is told")]
        tx.commit_silently().await?;
        return Ok(true);
    }
    store::close(&mut tx, &ticket, told.revocation, told.code).await?;
    #[expect(clippy::disallowed_methods, reason = "the database tells it")]
    tx.commit_silently().await?;
    Ok(true)
}

async fn tell<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    ended: &EndedRow,
) -> Result<Told, BrokerError> {
    let manifest = service.apps.get(&ended.app);
    let by_token = manifest.is_some_and(|manifest| manifest.auth.revoke.by_token());
    let Some(credential) = held(service, scope, ended, by_token).await? else {
        return Ok(Told::settled(Revocation::NothingToRevoke));
    };
    let manifest = manifest.ok_or(BrokerError::NoApp)?;
    let instance = match (&manifest.instance, &ended.instance) {
        (Some(rule), Some(text)) => Some(rule.read(text)?),
        _ => None,
    };
    let secret = stored(service, scope, ended, Field::ClientSecret).await?;
    let client = OAuthClient {
        manifest,
        instance: instance.as_ref(),
        id: match (&ended.client_id, manifest.auth.oauth()) {
            (Some(id), _) => id,
            // Whoever holds what was pasted ends it: nothing sends this.
            (None, None) => "",
            (None, Some(_)) => return Err(BrokerError::NotConnected),
        },
        secret: secret.as_ref(),
    };
    Ok(match service.egress.revoke(&client, &credential).await? {
        Revoked::Confirmed => Told::settled(Revocation::Confirmed),
        Revoked::NotPossible => Told::settled(Revocation::NotPossible),
    })
}

/// What ends the grant. A refresh token's end is the grant's; an access token's is its own (RFC 7009 2.1). `by_token`:
/// the app is told by the authority of the token itself, and takes none but what calls are made with.
async fn held<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    ended: &EndedRow,
    by_token: bool,
) -> Result<Option<Credential>, BrokerError> {
    if !by_token && let Some(token) = stored(service, scope, ended, Field::RefreshToken).await? {
        return Ok(Some(Credential::OAuth2(token)));
    }
    for class in CredentialClass::ALL {
        if let Some(text) = stored(service, scope, ended, field_of(class)).await? {
            return Ok(Some(Credential::of(class, text)));
        }
    }
    Ok(None)
}

async fn stored<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    ended: &EndedRow,
    field: Field,
) -> Result<Option<Secret<String>>, BrokerError> {
    let owner = (ended.organisation, ended.connection.uuid());
    let mut tx = service.db.read(scope).await?;
    Ok(service.vault.get(&mut tx, owner, field).await?)
}
