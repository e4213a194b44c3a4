use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use manifest::{Origin, Scheme};
use reqwest::{Request, Response};

use super::client::GuardedClient;
use super::error::EgressError;
use super::guard::Refused;
use super::policy::EgressPolicy;

/// Plain HTTP shows a credential to everybody on the way.
pub(crate) fn check_scheme(origin: &Origin, policy: &EgressPolicy) -> Result<(), EgressError> {
    match origin.scheme() {
        // A connection of mail is encrypted before anything of ours is said, or it ends.
        Scheme::Https | Scheme::Imaps | Scheme::Imap | Scheme::Smtps | Scheme::Smtp => Ok(()),
        Scheme::Http if policy.lists(origin) => Ok(()),
        Scheme::Http => Err(EgressError::Insecure),
    }
}

/// Sends a request that was checked, and hands its answer to `receive`, all within `timeout`: an
/// answer that drips is cut like one that never begins.
pub(crate) async fn exchange<T, E, F>(
    client: &GuardedClient,
    request: Request,
    timeout: Duration,
    receive: impl FnOnce(Response) -> F,
) -> Result<T, E>
where
    E: From<EgressError>,
    F: Future<Output = Result<T, E>>,
{
    let status = AtomicU16::new(0);
    let whole = async {
        let response = client.client.execute(request).await;
        let response = response.map_err(|error| failure(&error, client.guard.connected()))?;
        status.store(response.status().as_u16(), Ordering::Relaxed);
        receive(response).await
    };
    match tokio::time::timeout(timeout, whole).await {
        Ok(answered) => answered,
        Err(_) => Err(E::from(EgressError::Timeout {
            sent: client.guard.connected(),
            status: Some(status.into_inner()).filter(|status| *status != 0),
        })),
    }
}

/// Sorts the client's error, and drops it: it names the URL.
fn failure(error: &reqwest::Error, sent: bool) -> EgressError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<Refused>() {
            return match refused {
                Refused::Address => EgressError::PrivateAddress,
                Refused::Name => EgressError::Unreachable { sent: false },
            };
        }
        if current.is::<rustls::Error>() && !sent {
            return EgressError::Tls;
        }
        // An io::Error has its inner error's source for its own: the inner one is asked for apart.
        let inner = current
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        cause = inner
            .map(|inner| inner as &(dyn Error + 'static))
            .or_else(|| current.source());
    }
    EgressError::Unreachable { sent }
}
