use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::frame;
use crate::protocol::{Answer, Failure, Request};

/// Whoever answers requests.
pub trait Answers: Send + Sync + 'static {
    /// Answers one request. Failures are answers as well.
    fn answer(&self, request: Request) -> impl Future<Output = Answer> + Send;
}

/// Requests under way at once; more wait in the socket's queue.
const MAX_CALLS: usize = 256;
/// Of those, requests that leave for others, who answer when they like; more are refused. Whoever asked may be gone by
/// then, and the call goes on.
const MAX_LEAVING: usize = 192;
/// A peer that connects says what it wants at once.
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

/// Serves peers that run as one of `allowed` users, and hangs up on any other (SO_PEERCRED).
pub async fn listen(
    listener: UnixListener,
    allowed: Vec<u32>,
    service: Arc<impl Answers>,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(MAX_CALLS));
    let leaving = Arc::new(Semaphore::new(MAX_LEAVING));
    loop {
        let (stream, _) = listener.accept().await?;
        let user = stream.peer_cred()?.uid();
        if !allowed.contains(&user) {
            tracing::warn!(user, "broker.peer_refused");
            continue;
        }
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return Ok(());
        };
        let (service, leaving) = (Arc::clone(&service), Arc::clone(&leaving));
        tokio::spawn(async move {
            if let Err(error) = serve(stream, &*service, &leaving).await {
                tracing::debug!(%error, "broker.peer_left");
            }
            drop(place);
        });
    }
}

async fn serve(
    mut stream: UnixStream,
    service: &impl Answers,
    leaving: &Semaphore,
) -> io::Result<()> {
    let request = tokio::time::timeout(REQUEST_LIMIT, frame::read::<Request>(&mut stream))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let place = request.call.leaves().then(|| leaving.try_acquire());
    let answer = match place {
        Some(Err(_)) => Answer::Failed(Failure::new(
            "broker.busy",
            "too many calls to apps are under way: try again in a moment",
        )),
        None | Some(Ok(_)) => service.answer(request).await,
    };
    frame::write(&mut stream, &answer).await
}
