use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::frame;
use super::pieces::{self, PieceReader};
use crate::files::OpenFile;
use crate::protocol::{Answer, Call, Failure, Request};

/// Whoever answers requests.
pub trait Answers: Send + Sync + 'static {
    /// Answers one request. Failures are answers as well.
    fn answer(&self, request: Request) -> impl Future<Output = Answer> + Send;
    /// Answers one whose file follows it.
    fn take(
        &self,
        request: Request,
        pieces: PieceReader<'_>,
    ) -> impl Future<Output = Answer> + Send;
    /// Answers one with a file that follows the answer.
    fn give(&self, request: Request) -> impl Future<Output = (Answer, Option<OpenFile>)> + Send;
}

/// Requests under way at once; more wait in the socket's queue.
const MAX_CALLS: usize = 304;
/// Of those, requests that leave for others, who answer when they like; more are refused. Whoever asked may be gone by
/// then, and the call goes on.
const MAX_LEAVING: usize = 192;
/// And files on their way, which take as long as whoever sends or takes them; more are refused.
const MAX_FILES: usize = 48;
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
    let files = Arc::new(Semaphore::new(MAX_FILES));
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
        let service = Arc::clone(&service);
        let (leaving, files) = (Arc::clone(&leaving), Arc::clone(&files));
        tokio::spawn(async move {
            if let Err(error) = serve(stream, &*service, (&leaving, &files)).await {
                tracing::debug!(%error, "broker.peer_left");
            }
            drop(place);
        });
    }
}

async fn serve(
    mut stream: UnixStream,
    service: &impl Answers,
    (leaving, files): (&Semaphore, &Semaphore),
) -> io::Result<()> {
    let request = tokio::time::timeout(REQUEST_LIMIT, frame::read::<Request>(&mut stream))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let is_file = matches!(request.call, Call::PutFile { .. } | Call::GetFile { .. });
    let places = match (is_file, request.call.leaves()) {
        (true, _) => Some(files),
        (false, true) => Some(leaving),
        (false, false) => None,
    };
    let place = places.map(Semaphore::try_acquire).transpose();
    if place.is_err() {
        let busy = Failure::new(
            "broker.busy",
            "too many calls of this kind are under way: try again in a moment",
        );
        return frame::write(&mut stream, &Answer::Failed(busy)).await;
    }
    match request.call {
        Call::PutFile { .. } => {
            let answer = service.take(request, PieceReader::new(&mut stream)).await;
            frame::write(&mut stream, &answer).await
        }
        Call::GetFile { .. } => {
            let (answer, file) = service.give(request).await;
            frame::write(&mut stream, &answer).await?;
            match file {
                Some(file) => give(&mut stream, file).await,
                None => Ok(()),
            }
        }
        _ => {
            let answer = service.answer(request).await;
            frame::write(&mut stream, &answer).await
        }
    }
}

/// Hangs up in the middle where a chunk does not open: whoever reads knows that it is not all.
async fn give(stream: &mut UnixStream, mut file: OpenFile) -> io::Result<()> {
    loop {
        match file.next().await {
            Ok(Some(bytes)) => pieces::write(stream, &bytes).await?,
            Ok(None) => return pieces::end(stream).await,
            Err(error) => {
                error.note();
                return Err(io::Error::other(error));
            }
        }
    }
}
