//! A provider that misbehaves on request: a small real HTTP server in front of a well-behaved one,
//! which passes everything through until it is told to do otherwise, and remembers what arrived.

mod canary;
mod handle;
mod pass;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What the provider does with API calls; everything else, such as consent, passes through always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// Passes the call on and the answer back.
    Honest,
    /// Passes the call on, and gives the answer back this much later.
    Slow(Duration),
    /// Answers a byte a second, for ever.
    Drip,
    /// Answers with a redirect to this address.
    Redirect(String),
    /// Answers with so many bytes of JSON.
    Huge(usize),
    /// Answers with HTML that calls itself HTML.
    Html,
    /// Answers with HTML that calls itself JSON.
    HtmlAsJson,
    /// Answers with JSON in which every object has this text in fields that nobody asked for.
    Canary(String),
    /// Passes the call on, then hangs up without an answer: committed, and nobody knows.
    HangUpAfterCommit,
    /// Passes the call on; where it is no GET, answers 502 in its place: committed, and nobody knows.
    /// Looking it up works.
    LoseAnswersOfWrites,
    /// The same; but the same body again gets the answer that was lost, as from apps that take a used token for a while.
    LoseFirstAnswersOfWrites,
    /// Answers 502 to whatever is no GET, and passes it nowhere. Looking it up works.
    LoseWrites,
    /// Passes the call on to another path, with its own query.
    MoveTo(String),
    /// Passes the call on without its credential, as if it had been forgotten here.
    ForgetCredentials,
    /// Answers 410 to addresses with this in them.
    Gone(&'static str),
    /// Answers 429, and asks for so many seconds.
    AskForPause(u32),
    /// Answers this status with an empty JSON object.
    Status(u16),
}

/// A call that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The method.
    pub method: Method,
    /// The path with its query.
    pub target: String,
    /// The headers, credential included.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// A running provider. It stops when it is dropped.
#[derive(Debug)]
pub struct Provider {
    url: String,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<Infallible>,
}

#[derive(Debug)]
struct Shared {
    url: String,
    api: &'static [&'static str],
    upstream: Mutex<String>,
    mood: Mutex<Mood>,
    seen: Mutex<Vec<Seen>>,
    answered: Mutex<Vec<Bytes>>,
    /// Answers that were lost, by the body of the call.
    lost: Mutex<HashMap<Bytes, Bytes>>,
    http: reqwest::Client,
}

impl Provider {
    /// A provider in front of `upstream`, such as `http://127.0.0.1:7411`, whose API is `/api/…`.
    pub async fn start(upstream: &str) -> Self {
        Self::in_front_of(upstream, &["/api/"]).await
    }

    /// A provider in front of `upstream`, whose API is all paths that begin with one of `api`.
    pub async fn in_front_of(upstream: &str, api: &'static [&'static str]) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test's provider, not the product"
        )]
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            url: url.clone(),
            api,
            upstream: Mutex::new(upstream.to_owned()),
            mood: Mutex::new(Mood::Honest),
            seen: Mutex::default(),
            answered: Mutex::default(),
            lost: Mutex::default(),
            http,
        });
        let app = Router::new()
            .fallback(handle::handle)
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<Infallible>();
        tokio::spawn(async move {
            tokio::select! {
                served = axum::serve(listener, app) => served.unwrap(),
                _ = stopped => {}
            }
        });
        Self {
            url,
            shared,
            _stop: stop,
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Puts another well-behaved provider behind it.
    pub fn upstream(&self, upstream: &str) {
        upstream.clone_into(&mut held(&self.shared.upstream));
    }

    /// What it does from now on.
    pub fn be(&self, mood: Mood) {
        *held(&self.shared.mood) = mood;
    }

    /// API calls that arrived since the start, with this method.
    pub fn seen(&self, method: &Method) -> Vec<Seen> {
        let seen = held(&self.shared.seen);
        let asked = seen.iter().filter(|call| call.method == *method);
        asked.cloned().collect()
    }

    /// The bodies that came from behind it since the start, tokens included.
    pub fn answered(&self) -> Vec<Bytes> {
        held(&self.shared.answered).clone()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
