use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crypto::digest::sha256;
use crypto::token::{TokenKind, generate};
use kernel::{AuditEntry, ConnectionId, Scope, Secret};
use manifest::{AuthorizeRequest, CredentialClass, OAuthPlane};
use uuid::Uuid;

use crate::connection::Connection;
use crate::credential::{Credential, field_of};
use crate::egress::oauth::{CodeExchange, TokenAnswer};
use crate::error::BrokerError;
use crate::instance_id::ask_instance_id;
use crate::ledger::Ledger;
use crate::protocol::{Answer, SecretText};
use crate::service::Service;
use crate::store;
use crate::token::{client, give_back, keep_granted, stored};
use crate::vault::Field;

/// A person signs in at the provider and says yes within this.
const ROUND_TRIP_SECONDS: f64 = 600.0;

/// What a round trip begins with.
#[derive(Debug)]
pub(crate) struct Begin {
    pub(crate) connection: ConnectionId,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<SecretText>,
    pub(crate) redirect_uri: String,
}

/// Begins an OAuth round trip: state (RFC 6749 10.12) and PKCE verifier (RFC 7636) are made here
/// and stay here, the verifier sealed, the state as a hash.
pub(crate) async fn begin<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    begin: Begin,
) -> Result<Answer, BrokerError> {
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "connectors.manage").await?;
    let connection = Connection::read_to_use(&mut tx, &service.apps, begin.connection).await?;
    drop(tx);
    if connection.row.state == "disconnected" {
        return Err(BrokerError::NotConnected);
    }
    let oauth = connection
        .manifest
        .auth
        .oauth()
        .ok_or(BrokerError::CredentialClass)?;
    let secret = begin.client_secret.map(SecretText::into_secret);
    let has_secret = stored(service, scope, &connection, Field::ClientSecret)
        .await?
        .is_some();
    if secret.is_none() && !has_secret {
        return Err(BrokerError::NoClientSecret);
    }
    let chance = service.db.chance();
    let state = generate(TokenKind::OauthState, chance);
    let mut random = [0_u8; 32];
    chance.fill(&mut random);
    let verifier = Secret::new(BASE64_URL_SAFE_NO_PAD.encode(random));
    let id = new_round_trip(chance);
    let organisation = connection.row.organisation;
    let mut tx = service.db.write(scope).await?;
    if let Some(secret) = &secret {
        let owner = (organisation, begin.connection.uuid());
        service
            .vault
            .put(&mut tx, owner, Field::ClientSecret, secret, chance)
            .await?;
    }
    let was = connection.row.class;
    if was != CredentialClass::OAuth2 {
        store::delete_secret(&mut tx, begin.connection.uuid(), field_of(was).as_str()).await?;
    }
    let of = store::CredentialOf {
        client_id: Some(&begin.client_id),
        ..store::CredentialOf::default()
    };
    let credential = (CredentialClass::OAuth2, of);
    store::put_credential(&mut tx, begin.connection, credential).await?;
    let state_hash = sha256(state.expose().as_bytes());
    let row = (
        id,
        begin.connection,
        &state_hash,
        begin.redirect_uri.as_str(),
    );
    store::insert_authorization(&mut tx, row, ROUND_TRIP_SECONDS).await?;
    service
        .vault
        .put(
            &mut tx,
            (organisation, id),
            Field::PkceVerifier,
            &verifier,
            chance,
        )
        .await?;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(sha256(verifier.expose().as_bytes()));
    let scopes: Vec<&str> = connection.scopes().into_iter().collect();
    let request = AuthorizeRequest {
        client_id: &begin.client_id,
        redirect_uri: &begin.redirect_uri,
        scopes: &scopes,
        state: state.expose(),
        code_challenge: &challenge,
    };
    let facts = service.egress.facts(connection.instance());
    let url = oauth.authorize_url(&facts, &request)?;
    tx.commit(AuditEntry::about(
        "connectors.authorization_begun",
        begin.connection,
    ))
    .await?;
    Ok(Answer::Authorize { url: url.into() })
}

fn new_round_trip(chance: &dyn kernel::Chance) -> Uuid {
    let mut bytes = [0_u8; 16];
    chance.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Ends a round trip: uses the state up, trades the code, asks which instance was granted, seals the tokens. What is
/// not kept is given back.
pub(crate) async fn finish<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (state, code, issuer): (&str, &str, Option<&str>),
) -> Result<Answer, BrokerError> {
    let state_hash =
        crypto::token::hash(TokenKind::OauthState, state).map_err(|_| BrokerError::DeadState)?;
    let mut tx = service.db.write(scope).await?;
    let row = store::use_authorization(&mut tx, state_hash.as_bytes())
        .await?
        .ok_or(BrokerError::DeadState)?;
    // Used up before the code is sent: a second try with the same state finds nothing.
    tx.commit(AuditEntry::about(
        "connectors.authorization_ended",
        row.connection,
    ))
    .await?;
    let mut tx = service.db.read(scope).await?;
    store::require(&mut tx, "connectors.manage").await?;
    let connection = Connection::read_to_use(&mut tx, &service.apps, row.connection).await?;
    let owner = (connection.row.organisation, row.id);
    let verifier = service
        .vault
        .get(&mut tx, owner, Field::PkceVerifier)
        .await?
        .ok_or(BrokerError::DeadState)?;
    drop(tx);
    check_issuer(&connection, issuer)?;
    let secret = stored(service, scope, &connection, Field::ClientSecret).await?;
    let client = client(&connection, secret.as_ref())?;
    let exchange = CodeExchange {
        code: &Secret::new(code.to_owned()),
        redirect_uri: &row.redirect_uri,
        verifier: &verifier,
    };
    let tokens = service.egress.exchange_code(&client, &exchange).await?;
    if let Err(error) = keep(service, scope, (&connection, row.id), &tokens).await {
        // Nobody else could end it here. Why it was not kept is what the person hears.
        let given_back = give_back(service, scope, (row.connection, &client), &tokens).await;
        if let Err(error) = given_back {
            tracing::warn!(%error, connection = %row.connection, "connectors.not_told");
        }
        return Err(error);
    }
    Ok(Answer::Connected {
        connection: row.connection,
    })
}

/// Keeps what was granted.
async fn keep<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    (connection, round_trip): (&Connection<'_>, Uuid),
    tokens: &TokenAnswer,
) -> Result<(), BrokerError> {
    forget_verifier(service, scope, round_trip).await?;
    let token = Credential::OAuth2(Secret::new(tokens.access_token.expose().clone()));
    let instance_id = ask_instance_id(service, scope, connection, &token).await?;
    let granted = (tokens, instance_id.as_deref());
    keep_granted(service, scope, connection, granted).await
}

/// RFC 9207: an answer in another server's name is a mix-up attack. Apps that grant access at an instance
/// name it as their issuer.
fn check_issuer(connection: &Connection<'_>, issuer: Option<&str>) -> Result<(), BrokerError> {
    let oauth = connection.manifest.auth.oauth();
    let there = oauth.is_some_and(OAuthPlane::is_at_instance);
    match (issuer, connection.instance().filter(|_| there)) {
        (Some(issuer), Some(instance)) if issuer.trim_end_matches('/') != instance.to_string() => {
            Err(BrokerError::Issuer)
        }
        _ => Ok(()),
    }
}

async fn forget_verifier<L: Ledger>(
    service: &Service<L>,
    scope: &Scope,
    round_trip: Uuid,
) -> Result<(), BrokerError> {
    let mut tx = service.db.write(scope).await?;
    store::delete_secrets(&mut tx, round_trip).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a spent verifier; the round trip is audited"
    )]
    tx.commit_silently().await?;
    Ok(())
}
