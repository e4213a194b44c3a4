use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use manifest::{Origin, Scheme};
use reqwest::Client;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::guard::{Guard, GuardLayer, GuardedResolver};
use super::lookup::Lookup;
use super::policy::EgressPolicy;
use super::sockets::SocketCount;

/// A client for one origin, and the guard in it.
#[derive(Clone)]
pub(crate) struct GuardedClient {
    pub(crate) client: Client,
    pub(crate) guard: Arc<Guard>,
}

/// Makes clients, and keeps those that read.
pub(crate) struct Clients {
    policy: Arc<EgressPolicy>,
    tls: ClientConfig,
    lookup: Arc<dyn Lookup>,
    count: Arc<SocketCount>,
    kept: Mutex<HashMap<Origin, GuardedClient>>,
    mail: TlsConnector,
}

/// No client can be made: the TLS library refuses its own configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the TLS library cannot be set up")]
pub struct SetUpError;

/// How GitHub and others ask clients to name themselves.
const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));
/// Origins whose connections are kept. People name instances, so that it has an end.
const MAX_KEPT: usize = 256;
/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(20);

impl Clients {
    pub(crate) fn new(
        policy: Arc<EgressPolicy>,
        lookup: Arc<dyn Lookup>,
        count: Arc<SocketCount>,
    ) -> Result<Self, SetUpError> {
        let tls = tls(&policy)?;
        // Servers of mail know no HTTP to agree on.
        let mut mail = tls.clone();
        mail.alpn_protocols.clear();
        Ok(Self {
            mail: TlsConnector::from(Arc::new(mail)),
            policy,
            tls,
            lookup,
            count,
            kept: Mutex::default(),
        })
    }

    /// The client of `origin` for calls that may share connections.
    pub(crate) fn reader(&self, origin: &Origin) -> Result<GuardedClient, SetUpError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = kept.get(origin) {
            return Ok(client.clone());
        }
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        let client = self.build(origin, 4)?;
        kept.insert(origin.clone(), client.clone());
        Ok(client)
    }

    /// A client for one call with a connection of its own. On a kept connection that the app has
    /// just closed, nobody could tell whether a write was read.
    pub(crate) fn single_use(&self, origin: &Origin) -> Result<GuardedClient, SetUpError> {
        self.build(origin, 0)
    }

    /// The guard of one connection to a server of mail, and how the connection is encrypted.
    pub(crate) fn mail(&self, origin: &Origin) -> (Guard, TlsConnector) {
        let listed = self.policy.lists(origin);
        let (lookup, count) = (Arc::clone(&self.lookup), Arc::clone(&self.count));
        let guard = Guard::new(origin.clone(), listed, lookup, count);
        (guard, self.mail.clone())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where connections are opened"
    )]
    fn build(&self, origin: &Origin, idle: usize) -> Result<GuardedClient, SetUpError> {
        let listed = self.policy.lists(origin);
        let (lookup, count) = (Arc::clone(&self.lookup), Arc::clone(&self.count));
        let guard = Arc::new(Guard::new(origin.clone(), listed, lookup, count));
        let client = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(GuardedResolver(Arc::clone(&guard)))
            .connector_layer(GuardLayer(Arc::clone(&guard)))
            // A proxy would resolve names by itself, behind the guard.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // RFC 9110 9.2.2: a POST is not idempotent; and a read is for the caller to repeat.
            .retry(reqwest::retry::never())
            .https_only(origin.scheme() == Scheme::Https)
            .http1_only()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .referer(false)
            .user_agent(USER_AGENT)
            .pool_max_idle_per_host(idle)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|_| SetUpError)?;
        Ok(GuardedClient { client, guard })
    }
}

/// TLS 1.2 and 1.3 with the system's authorities and the operator's. Where there are none, every
/// handshake fails, and nothing falls back to anything.
fn tls(policy: &EgressPolicy) -> Result<ClientConfig, SetUpError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    for root in &policy.extra_roots {
        roots.add(root.clone()).map_err(|_| SetUpError)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| SetUpError)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
