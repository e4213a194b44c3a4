use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
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
/// Of what leaves, calls of one organisation, or to one identity provider: slow apps of one hold nobody else's up.
const OF_ONE: usize = 16;

/// The front's way to the broker.
#[derive(Debug, Clone)]
pub struct BrokerClient {
    socket: Arc<PathBuf>,
    leaving: Arc<Semaphore>,
    staying: Arc<Semaphore>,
    shares: Arc<Mutex<HashMap<String, Weak<Semaphore>>>>,
    share: Option<Arc<Semaphore>>,
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
            shares: Arc::default(),
            share: None,
        }
    }

    /// The same for one of those who share it: an organisation by its identifier, or an identity provider by its own.
    #[must_use]
    pub fn of(&self, whose: &str) -> Self {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let share = shares.get(whose).and_then(Weak::upgrade);
        let share = share.unwrap_or_else(|| {
            shares.retain(|_, share| share.strong_count() > 0);
            let share = Arc::new(Semaphore::new(OF_ONE));
            shares.insert(whose.to_owned(), Arc::downgrade(&share));
            share
        });
        drop(shares);
        Self {
            share: Some(share),
            ..self.clone()
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
        let leaves = request.call.leaves();
        // In this order: who waits for others of their own takes no place meanwhile.
        let _share = match &self.share {
            Some(share) if leaves => Some(share.acquire().await.map_err(io::Error::other)?),
            _ => None,
        };
        let places = if leaves { &self.leaving } else { &self.staying };
        let _place = places.acquire().await.map_err(io::Error::other)?;
        let mut stream = UnixStream::connect(&*self.socket).await?;
        frame::write(&mut stream, request).await?;
        frame::read(&mut stream).await
    }
}
