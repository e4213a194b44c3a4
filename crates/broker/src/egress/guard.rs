use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use manifest::Origin;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::TcpStream;
use tower::{Layer, Service};
use url::Host;

use super::address::{Reach, reach};
use super::lookup::Lookup;
use super::sockets::SocketCount;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Addresses that a name may have; more is no app's answer.
const MAX_ADDRESSES: usize = 32;
/// How long one address of a server may take to answer before the next one is tried.
const ADDRESS_TIMEOUT: Duration = Duration::from_secs(5);

/// Stands in every client between a host and a socket. A client has one origin, so that the guard
/// knows what is listed, and connects only to addresses that it has just checked itself: there is
/// no second look-up in which a name could come to mean something else (DNS rebinding).
pub(crate) struct Guard {
    origin: Origin,
    listed: bool,
    lookup: Arc<dyn Lookup>,
    count: Arc<SocketCount>,
    connected: AtomicBool,
}

/// Why no connection was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the address is not one that an app may have")]
    Address,
    #[error("the name has no address")]
    Name,
}

impl Guard {
    pub(crate) fn new(
        origin: Origin,
        listed: bool,
        lookup: Arc<dyn Lookup>,
        count: Arc<SocketCount>,
    ) -> Self {
        Self {
            origin,
            listed,
            lookup,
            count,
            connected: AtomicBool::new(false),
        }
    }

    /// Whether a connection, with TLS where it has any, was ever complete: from then on the app may
    /// have read a request.
    pub(crate) fn connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    fn admits(&self, address: IpAddr) -> bool {
        match reach(address) {
            Reach::Public => true,
            Reach::Private => self.listed,
            Reach::Never => false,
        }
    }

    /// The addresses of the one name that this client has.
    async fn resolve(&self, name: String) -> Result<Vec<SocketAddr>, Refused> {
        if name != self.origin.host() {
            return Err(Refused::Name);
        }
        self.count.count_lookup();
        let found = self.lookup.lookup(name).await.map_err(|_| Refused::Name)?;
        if found.is_empty() || found.len() > MAX_ADDRESSES {
            return Err(Refused::Name);
        }
        // One bad address spoils all: a client picks whichever answers.
        if !found.iter().all(|address| self.admits(*address)) {
            return Err(Refused::Address);
        }
        self.count.count_opened();
        Ok(found
            .into_iter()
            .map(|address| SocketAddr::new(address, 0))
            .collect())
    }

    /// Checks an origin that is an address already, and never asks a resolver. Nothing where it is a name.
    fn check_literal(&self) -> Result<Option<IpAddr>, Refused> {
        let address = match Host::parse(self.origin.host()) {
            Ok(Host::Domain(_)) => return Ok(None),
            Ok(Host::Ipv4(address)) => IpAddr::V4(address),
            Ok(Host::Ipv6(address)) => IpAddr::V6(address),
            Err(_) => return Err(Refused::Address),
        };
        if !self.admits(address) {
            return Err(Refused::Address);
        }
        self.count.count_opened();
        Ok(Some(address))
    }

    /// A plain connection to the origin: to an address that was just checked, without a second look-up. Nothing where
    /// nobody answers there.
    pub(crate) async fn connect(&self) -> Result<Option<TcpStream>, Refused> {
        let addresses = match self.check_literal()? {
            Some(address) => vec![SocketAddr::new(address, 0)],
            None => self.resolve(self.origin.host().to_owned()).await?,
        };
        for mut address in addresses {
            address.set_port(self.origin.port());
            // One dead address of several is not what the time of the call is for.
            let connecting = tokio::time::timeout(ADDRESS_TIMEOUT, TcpStream::connect(address));
            if let Ok(Ok(stream)) = connecting.await {
                return Ok(Some(stream));
            }
        }
        Ok(None)
    }
}

/// The guard as reqwest's resolver.
#[derive(Clone)]
pub(crate) struct GuardedResolver(pub(crate) Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let addresses = guard.resolve(name.as_str().to_owned()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The guard around reqwest's connector.
#[derive(Clone)]
pub(crate) struct GuardLayer(pub(crate) Arc<Guard>);

#[derive(Clone)]
pub(crate) struct GuardedConnector<S> {
    inner: S,
    guard: Arc<Guard>,
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardedConnector {
            inner,
            guard: Arc::clone(&self.0),
        }
    }
}

impl<S, R> Service<R> for GuardedConnector<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
    S::Response: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let guard = Arc::clone(&self.guard);
        // A connector does nothing before its future is polled.
        let connecting = self.inner.call(target);
        Box::pin(async move {
            guard.check_literal()?;
            let connection = connecting.await?;
            guard.connected.store(true, Ordering::Release);
            Ok(connection)
        })
    }
}
