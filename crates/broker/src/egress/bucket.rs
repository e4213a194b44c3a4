use std::sync::Arc;
use std::time::Duration;

use manifest::{Origin, Undeclared};
use reqwest::{Request, Response};
use rustls::pki_types::CertificateDer;

use super::body::read_limited;
use super::client::{Clients, SetUpError};
use super::error::EgressError;
use super::lookup::Lookup;
use super::named::named;
use super::transport::exchange;

/// An answer that is no file names one, or says why not.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// The way to the storage that the operator named for files, and to no other host.
pub(crate) struct BucketDoor {
    origin: Origin,
    clients: Clients,
}

impl BucketDoor {
    /// The way to `origin`, whose certificate the system's authorities vouch for, or one of `authorities`.
    pub(crate) fn new(
        origin: Origin,
        authorities: Vec<CertificateDer<'static>>,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Self, SetUpError> {
        let clients = named(&origin, authorities, lookup)?;
        Ok(Self { origin, clients })
    }

    /// Sends a request, and returns its answer once that has begun. Redirects are not followed: what is signed for one
    /// host goes to no other.
    pub(crate) async fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Response, EgressError> {
        let url = request.url();
        let is_ours = Origin::of(url).as_ref() == Some(&self.origin);
        if !is_ours || !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::Undeclared(Undeclared::Address));
        }
        let client = self.clients.reader(&self.origin);
        let client = client.map_err(|_| EgressError::Tls)?;
        exchange(
            &client,
            request,
            timeout,
            async |response: Response| match response.status().as_u16() {
                status @ 300..=399 => Err(EgressError::Redirect { status }),
                _ => Ok(response),
            },
        )
        .await
    }

    /// The body of an answer that is no file.
    pub(crate) async fn read(
        response: Response,
        timeout: Duration,
    ) -> Result<Vec<u8>, EgressError> {
        let status = Some(response.status().as_u16());
        let reading = read_limited(response, MAX_ANSWER_BYTES);
        match tokio::time::timeout(timeout, reading).await {
            Ok(read) => read.map(|body| body.as_slice().to_vec()),
            Err(_) => Err(EgressError::Timeout { sent: true, status }),
        }
    }
}
