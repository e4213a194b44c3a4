use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kernel::Scope;
use tokio::net::UnixStream;
use tokio::sync::Semaphore;

use super::frame;
use crate::protocol::{Answer, Call, Failure, OnBehalf, Request};

/// Longer than egress may take for a call, so that its own answer is the one that is heard.
const CALL_LIMIT: Duration = Duration::from_mins(1);

/// Calls under way at once; more wait here. A socket's queue is short, and whoever finds it full is turned away at once.
/// What leaves for others may take as long as they like: it has places of its own, and takes nobody else's.
const LEAVING: usize = 70;
const STAYING: usize = 30;

/// The front's way to the broker.
#[derive(Debug, Clone)]
pub struct BrokerClient {
    socket: Arc<PathBuf>,
    leaving: Arc<Semaphore>,
    staying: Arc<Semaphore>,
}

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The broker does not listen, or hung up.
    #[error("the broker does not answer")]
    Unreachable(#[source] io::Error),
    /// No answer within a minute.
    #[error("the broker took too long")]
    TimedOut,
    /// The broker says why not.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// An answer to another question.
    #[error("the broker answered something else")]
    Unexpected,
}

impl BrokerClient {
    /// A client of the broker that listens on `socket`.
    pub fn new(socket: &Path) -> Self {
        Self {
            socket: Arc::new(socket.to_owned()),
            leaving: Arc::new(Semaphore::new(LEAVING)),
            staying: Arc::new(Semaphore::new(STAYING)),
        }
    }

    /// Asks for one call on behalf of `scope`.
    pub async fn call(&self, scope: &Scope, call: Call) -> Result<Answer, CallError> {
        let request = Request {
            on_behalf: OnBehalf::of(scope),
            call,
        };
        let answer = tokio::time::timeout(CALL_LIMIT, self.exchange(&request))
            .await
            .map_err(|_| CallError::TimedOut)?
            .map_err(CallError::Unreachable)?;
        match answer {
            Answer::Failed(failure) => Err(CallError::Failed(failure)),
            answer => Ok(answer),
        }
    }

    async fn exchange(&self, request: &Request) -> io::Result<Answer> {
        let places = if request.call.leaves() {
            &self.leaving
        } else {
            &self.staying
        };
        let _place = places.acquire().await.map_err(io::Error::other)?;
        let mut stream = UnixStream::connect(&*self.socket).await?;
        frame::write(&mut stream, request).await?;
        frame::read(&mut stream).await
    }
}
