use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::id_token::IssuerKeys;
use manifest::FieldTree;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use url::Url;

use super::error::IssuerError;
use crate::egress::Egress;

/// What an issuer publishes about itself (OpenID Connect Discovery 3), as far as it is used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    jwks_uri: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// The documents of one issuer, as they were last read. One request at a time: whoever else waits gets what it
/// brought, also where it failed.
#[derive(Default)]
pub(crate) struct Documents(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    metadata: Option<(OffsetDateTime, Arc<Metadata>)>,
    keys: Option<(OffsetDateTime, Arc<IssuerKeys>)>,
    /// When its keys were last read because one was not among them.
    read_anew_at: Option<OffsetDateTime>,
    failed: Option<(OffsetDateTime, IssuerError)>,
}

/// Documents are read again after this.
const LIFETIME: Duration = Duration::hours(1);
/// An unknown key has them read again, but no more often: whoever makes keys up costs the issuer nothing.
const KEYS_PAUSE: Duration = Duration::minutes(1);
/// What failed is not tried again within this.
const FAILED_PAUSE: Duration = Duration::seconds(10);

impl Documents {
    /// What `issuer` publishes about itself.
    pub(super) async fn metadata(
        &self,
        egress: &Egress,
        issuer: &str,
        now: OffsetDateTime,
    ) -> Result<Arc<Metadata>, IssuerError> {
        self.0.lock().await.metadata(egress, issuer, now).await
    }

    /// Its keys; `anew` where one was not among them.
    pub(super) async fn keys(
        &self,
        egress: &Egress,
        issuer: &str,
        (now, anew): (OffsetDateTime, bool),
    ) -> Result<Arc<IssuerKeys>, IssuerError> {
        let mut kept = self.0.lock().await;
        if let Some((read_at, keys)) = &kept.keys {
            let is_pause = kept.read_anew_at.is_some_and(|at| now - at < KEYS_PAUSE);
            if now - *read_at < LIFETIME && (!anew || is_pause) {
                return Ok(Arc::clone(keys));
            }
        }
        kept.rest(now)?;
        let metadata = kept.metadata(egress, issuer, now).await?;
        if anew {
            kept.read_anew_at = Some(now);
        }
        let read = egress
            .read_of_issuer(&metadata.jwks_uri, None, &key_fields())
            .await;
        match read {
            Ok(set) => {
                let keys = Arc::new(IssuerKeys::from_jwks(&set));
                kept.keys = Some((now, Arc::clone(&keys)));
                Ok(keys)
            }
            Err(error) => Err(kept.fail(error.into(), now)),
        }
    }
}

impl Kept {
    async fn metadata(
        &mut self,
        egress: &Egress,
        issuer: &str,
        now: OffsetDateTime,
    ) -> Result<Arc<Metadata>, IssuerError> {
        if let Some((read_at, metadata)) = &self.metadata
            && now - *read_at < LIFETIME
        {
            return Ok(Arc::clone(metadata));
        }
        self.rest(now)?;
        match read(egress, issuer).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                self.metadata = Some((now, Arc::clone(&metadata)));
                Ok(metadata)
            }
            Err(error) => Err(self.fail(error, now)),
        }
    }

    /// What failed a moment ago is not tried again.
    fn rest(&self, now: OffsetDateTime) -> Result<(), IssuerError> {
        match &self.failed {
            Some((at, error)) if now - *at < FAILED_PAUSE => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn fail(&mut self, error: IssuerError, now: OffsetDateTime) -> IssuerError {
        self.failed = Some((now, error.clone()));
        error
    }
}

async fn read(egress: &Egress, issuer: &str) -> Result<Metadata, IssuerError> {
    // Discovery 4: a slash at the end goes before the well-known path is added.
    let at = format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    );
    let at = Url::parse(&at).map_err(|_| IssuerError::Metadata("its name is no address"))?;
    let document = egress.read_of_issuer(&at, None, &metadata_fields()).await?;
    let metadata: Metadata = serde_json::from_value(document)
        .map_err(|_| IssuerError::Metadata("an endpoint is missing, or no address"))?;
    // Discovery 4.3: or one issuer could speak for another.
    if metadata.issuer != issuer {
        return Err(IssuerError::Metadata("it names another issuer"));
    }
    if !metadata.asked().all(|url| egress.may_lead(&at, url)) {
        return Err(IssuerError::Metadata(
            "an endpoint is at a private host that is not its own",
        ));
    }
    Ok(metadata)
}

impl Metadata {
    /// What this server itself asks. A browser goes to the other.
    fn asked(&self) -> impl Iterator<Item = &Url> {
        let always = [&self.token_endpoint, &self.jwks_uri];
        always.into_iter().chain(&self.userinfo_endpoint)
    }

    /// Whether the client's secret goes into the form: the header is what every server takes unless it says
    /// otherwise (Discovery 3, `token_endpoint_auth_methods_supported`).
    pub(super) fn wants_secret_in_form(&self) -> bool {
        self.token_endpoint_auth_methods_supported
            .as_ref()
            .is_some_and(|methods| {
                let has = |wanted: &str| methods.iter().any(|method| method == wanted);
                has("client_secret_post") && !has("client_secret_basic")
            })
    }
}

/// A tree of these members, each a scalar.
pub(super) fn fields<const N: usize>(names: [&str; N]) -> BTreeMap<String, FieldTree> {
    names
        .map(|name| (name.to_owned(), FieldTree::Scalar))
        .into_iter()
        .collect()
}

fn metadata_fields() -> FieldTree {
    let mut members = fields([
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "authorization_response_iss_parameter_supported",
    ]);
    members.insert(
        "token_endpoint_auth_methods_supported".to_owned(),
        FieldTree::Items(Box::new(FieldTree::Scalar)),
    );
    FieldTree::Object(members)
}

fn key_fields() -> FieldTree {
    let key = FieldTree::Object(fields([
        "kty", "kid", "use", "alg", "n", "e", "crv", "x", "y",
    ]));
    let keys = FieldTree::Items(Box::new(key));
    FieldTree::Object(BTreeMap::from([("keys".to_owned(), keys)]))
}
