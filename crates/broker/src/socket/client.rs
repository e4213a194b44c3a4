use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use kernel::{FileId, LogId, Scope};
use tokio::net::UnixStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::frame;
use super::transfer::{Download, Upload};
use crate::files::FileName;
use crate::protocol::{Answer, Call, Failure, OnBehalf, Request};

/// Longer than egress may take for a call, so that its own answer is the one that is heard.
pub(super) const CALL_LIMIT: Duration = Duration::from_mins(1);

/// Calls under way at once; more wait here. A socket's queue is short, and whoever finds it full is turned away at once.
/// What leaves for others may take as long as they like: it has places of its own, and takes nobody else's.
const LEAVING: usize = 70;
const STAYING: usize = 30;
/// Of what leaves, calls of one organisation, or to one identity provider: slow apps of one hold nobody else's up.
const OF_ONE: usize = 16;
/// Files on their way out, those on their way in, and those of one organisation: they take as long as whoever sends or
/// takes them. Whoever takes slowly holds nobody up who sends.
const FILES: usize = 32;
const FILES_IN: usize = 8;
const FILES_OF_ONE: usize = 8;
/// Whoever has those places may be slow: nobody waits for them for long.
const PLACE_LIMIT: Duration = Duration::from_secs(5);

/// The front's way to the broker.
#[derive(Debug, Clone)]
pub struct BrokerClient {
    socket: Arc<PathBuf>,
    leaving: Arc<Semaphore>,
    staying: Arc<Semaphore>,
    files: Arc<Semaphore>,
    files_in: Arc<Semaphore>,
    shares: Arc<Mutex<HashMap<String, Weak<Share>>>>,
    share: Option<Arc<Share>>,
}

/// Of one organisation, or of one identity provider.
#[derive(Debug)]
struct Share {
    leaving: Arc<Semaphore>,
    files: Arc<Semaphore>,
}

/// What a call or a file holds until it is over.
#[derive(Debug)]
pub(super) struct Places {
    _permits: Vec<OwnedSemaphorePermit>,
    /// While a place of it is taken it is the share of whoever has it: a new one would have all of its places again.
    _share: Option<Arc<Share>>,
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
            files: Arc::new(Semaphore::new(FILES)),
            files_in: Arc::new(Semaphore::new(FILES_IN)),
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
            let share = Arc::new(Share {
                leaving: Arc::new(Semaphore::new(OF_ONE)),
                files: Arc::new(Semaphore::new(FILES_OF_ONE)),
            });
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
        let answer = tokio::time::timeout(CALL_LIMIT, self.exchange(request))
            .await
            .map_err(|_| CallError::TimedOut)?
            .map_err(CallError::Unreachable)?;
        match answer {
            Answer::Failed(failure) => Err(CallError::Failed(failure)),
            answer => Ok(answer),
        }
    }

    /// Begins to send the file that a log is read from, once the broker says that the log waits for it.
    pub async fn put_file(
        &self,
        scope: &Scope,
        log: LogId,
        name: FileName,
    ) -> Result<Upload, CallError> {
        let places = self.places_of_file(&self.files_in).await?;
        let request = Request {
            on_behalf: OnBehalf::of(scope),
            call: Call::PutFile { log, name },
        };
        match self.opened(&request).await? {
            (stream, Answer::FileBegun) => Ok(Upload {
                stream,
                _places: places,
            }),
            (_, answer) => Err(unexpected(answer)),
        }
    }

    /// Opens a part of a file: `length_bytes` from `offset_bytes` on.
    pub async fn get_file(
        &self,
        scope: &Scope,
        file: FileId,
        (offset_bytes, length_bytes): (u64, u64),
    ) -> Result<Download, CallError> {
        let places = self.places_of_file(&self.files).await?;
        let request = Request {
            on_behalf: OnBehalf::of(scope),
            call: Call::GetFile {
                file,
                offset_bytes,
                length_bytes,
            },
        };
        match self.opened(&request).await? {
            (stream, Answer::FileOpened { length_bytes: left }) if left == length_bytes => {
                Ok(Download {
                    stream,
                    _places: places,
                    left_bytes: length_bytes,
                })
            }
            (_, answer) => Err(unexpected(answer)),
        }
    }

    /// What is said before a file moves, and the way that it moves on.
    async fn opened(&self, request: &Request) -> Result<(UnixStream, Answer), CallError> {
        let opening = async {
            let mut stream = self.begin(request).await?;
            let answer = frame::read(&mut stream).await?;
            Ok((stream, answer))
        };
        tokio::time::timeout(CALL_LIMIT, opening)
            .await
            .map_err(|_| CallError::TimedOut)?
            .map_err(CallError::Unreachable)
    }

    async fn places_of_file(&self, all: &Arc<Semaphore>) -> Result<Places, CallError> {
        let of_one = self.share.as_ref().map(|share| &share.files);
        tokio::time::timeout(PLACE_LIMIT, self.places(of_one, all))
            .await
            .map_err(|_| {
                let told = "too many files are on their way: try again in a moment";
                CallError::Failed(Failure::new("broker.busy", told))
            })?
            .map_err(CallError::Unreachable)
    }

    /// In this order: who waits for others of their own takes no place of all meanwhile.
    async fn places(
        &self,
        of_one: Option<&Arc<Semaphore>>,
        all: &Arc<Semaphore>,
    ) -> io::Result<Places> {
        let mut permits = Vec::with_capacity(2);
        for places in of_one.into_iter().chain([all]) {
            let permit = Arc::clone(places).acquire_owned().await;
            permits.push(permit.map_err(io::Error::other)?);
        }
        Ok(Places {
            _permits: permits,
            _share: self.share.clone(),
        })
    }

    async fn begin(&self, request: &Request) -> io::Result<UnixStream> {
        let mut stream = UnixStream::connect(&*self.socket).await?;
        frame::write(&mut stream, request).await?;
        Ok(stream)
    }

    /// The broker goes on with a call that nobody waits for any more, and so its places are held until it answers:
    /// whoever begins calls and leaves has no more of them under way than whoever stays.
    async fn exchange(&self, request: Request) -> io::Result<Answer> {
        let (of_one, all) = if request.call.leaves() {
            let of_one = self.share.as_ref().map(|share| &share.leaving);
            (of_one, &self.leaving)
        } else {
            (None, &self.staying)
        };
        let places = self.places(of_one, all).await?;
        let client = self.clone();
        let exchange = async move {
            let _places = places;
            let mut stream = client.begin(&request).await?;
            frame::read(&mut stream).await
        };
        tokio::spawn(exchange).await.map_err(io::Error::other)?
    }
}

fn unexpected(answer: Answer) -> CallError {
    match answer {
        Answer::Failed(failure) => CallError::Failed(failure),
        _ => CallError::Unexpected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_share_is_the_same_one_while_a_place_of_it_is_taken() {
        let front = BrokerClient::new(Path::new("nowhere"));
        let of_one = front.of("one");
        let first = Arc::downgrade(of_one.share.as_ref().unwrap());
        let places = of_one.places_of_file(&of_one.files).await.unwrap();
        drop(of_one);
        let again = front.of("one").share.unwrap();
        assert!(first.ptr_eq(&Arc::downgrade(&again)));
        assert_eq!(again.files.available_permits(), FILES_OF_ONE - 1);
        drop((places, again));
        assert!(first.upgrade().is_none(), "it is kept for nobody");
    }
}
