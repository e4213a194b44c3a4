use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use manifest::Origin;
use reqwest::{Body, Request, Url};
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::body::{WipedBytes, read_limited};
use super::client::{Clients, SetUpError};
use super::error::EgressError;
use super::lookup::Lookup;
use super::named::named;
use super::transport::exchange;

/// An answer holds a wrapped key or a token, and a few words.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The way to a key management service that the operator named, and to no other host.
pub(crate) struct KeeperDoor {
    origin: Origin,
    clients: Clients,
}

/// What a key management service answered, whatever its status.
pub(crate) struct KeeperAnswer {
    pub(crate) status: u16,
    pub(crate) body: WipedBytes,
}

impl KeeperDoor {
    /// The way to `origin`, whose certificate the system's authorities vouch for, or one of `authorities`.
    pub(crate) fn new(
        origin: Origin,
        authorities: Vec<CertificateDer<'static>>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, SetUpError> {
        let clients = named(&origin, authorities, lookup)?;
        Ok(Self { origin, clients })
    }

    /// Where it leads.
    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Posts a body, which is wiped once it is sent, to a path that begins with a slash. Redirects are not followed.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: HeaderMap,
        body: Zeroizing<Vec<u8>>,
        timeout: Duration,
    ) -> Result<KeeperAnswer, EgressError> {
        let url = format!("{}{path}", self.origin);
        let url = Url::parse(&url).map_err(|_| UNREACHABLE)?;
        let mut request = Request::new(Method::POST, url);
        *request.headers_mut() = headers;
        *request.body_mut() = Some(Body::from(Bytes::from_owner(body)));
        let client = self.clients.reader(&self.origin);
        let client = client.map_err(|_| EgressError::Tls)?;
        exchange(&client, request, timeout, async |response| {
            Ok(KeeperAnswer {
                status: response.status().as_u16(),
                body: read_limited(response, MAX_ANSWER_BYTES).await?,
            })
        })
        .await
    }
}

const UNREACHABLE: EgressError = EgressError::Unreachable { sent: false };
