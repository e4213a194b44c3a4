//! A provider that misbehaves on request: a small real HTTP server in front of a well-behaved one,
//! which passes everything through until it is told to do otherwise, and remembers what arrived.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What the provider does with API calls (`/api/…`); OAuth passes through always.
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
    /// Answers with JSON in which every object has this text in fields that nobody asked for.
    Canary(String),
    /// Passes the call on, then hangs up without an answer: committed, and nobody knows.
    HangUpAfterCommit,
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
    upstream: Mutex<String>,
    mood: Mutex<Mood>,
    seen: Mutex<Vec<Seen>>,
    http: reqwest::Client,
}

impl Provider {
    /// A provider in front of `upstream`, such as `http://127.0.0.1:7411`.
    pub async fn start(upstream: &str) -> Self {
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
            upstream: Mutex::new(upstream.to_owned()),
            mood: Mutex::new(Mood::Honest),
            seen: Mutex::new(Vec::new()),
            http,
        });
        let app = Router::new()
            .fallback(handle)
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
        let mut behind = self
            .shared
            .upstream
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        upstream.clone_into(&mut behind);
    }

    /// What it does from now on.
    pub fn be(&self, mood: Mood) {
        *self
            .shared
            .mood
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// API calls that arrived since the start, with this method.
    pub fn seen(&self, method: &Method) -> Vec<Seen> {
        let seen = self
            .shared
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        seen.iter()
            .filter(|call| call.method == *method)
            .cloned()
            .collect()
    }
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20)
        .await
        .unwrap_or_default();
    if !parts.uri.path().starts_with("/api/") {
        return pass(&shared, &parts.method, &parts.uri, &parts.headers, body).await;
    }
    shared
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Seen {
            method: parts.method.clone(),
            target: parts.uri.to_string(),
            headers: parts.headers.clone(),
            body: body.clone(),
        });
    let mood = shared
        .mood
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    match mood {
        Mood::Honest => pass(&shared, &parts.method, &parts.uri, &parts.headers, body).await,
        Mood::Slow(pause) => {
            let answer = pass(&shared, &parts.method, &parts.uri, &parts.headers, body).await;
            tokio::time::sleep(pause).await;
            answer
        }
        Mood::Drip => answer(StatusCode::OK, "application/json", drip()),
        Mood::Redirect(to) => {
            let mut redirect = answer(StatusCode::FOUND, "text/plain", Body::empty());
            redirect
                .headers_mut()
                .insert(header::LOCATION, to.parse().unwrap());
            redirect
        }
        Mood::Huge(bytes) => {
            let text = format!("{{\"issues\":[\"{}\"]}}", "x".repeat(bytes));
            answer(StatusCode::OK, "application/json", Body::from(text))
        }
        Mood::Html => answer(StatusCode::OK, "text/html", Body::from("<h1>Sign in</h1>")),
        Mood::Canary(text) => canary(&shared, &parts, body, &text).await,
        Mood::HangUpAfterCommit => {
            let _ = pass(&shared, &parts.method, &parts.uri, &parts.headers, body).await;
            // A body that fails before its first byte closes the connection.
            let broken =
                futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
            answer(
                StatusCode::CREATED,
                "application/json",
                Body::from_stream(broken),
            )
        }
        Mood::Status(code) => {
            let status = StatusCode::from_u16(code).unwrap();
            answer(status, "application/json", Body::from("{}"))
        }
    }
}

fn answer(status: StatusCode, kind: &str, body: Body) -> Response<Body> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .body(body)
        .unwrap()
}

fn drip() -> Body {
    Body::from_stream(futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
    }))
}

async fn pass(
    shared: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut headers = headers.clone();
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let behind = shared
        .upstream
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let upstream = shared
        .http
        .request(method.clone(), format!("{behind}{target}"))
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let mut response = Response::builder().status(upstream.status());
    for (name, value) in upstream.headers() {
        if name == header::LOCATION {
            // It calls itself by its own address, as its issuer too (RFC 9207).
            let encode = |text: &str| {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
            };
            let place = value
                .to_str()
                .unwrap()
                .replace(&encode(&behind), &encode(&shared.url));
            response = response.header(name, place);
        } else if name != header::TRANSFER_ENCODING && name != header::CONTENT_LENGTH {
            response = response.header(name, value);
        }
    }
    response
        .body(Body::from(upstream.bytes().await.unwrap()))
        .unwrap()
}

async fn canary(
    shared: &Shared,
    parts: &axum::http::request::Parts,
    body: Bytes,
    text: &str,
) -> Response<Body> {
    let honest = pass(shared, &parts.method, &parts.uri, &parts.headers, body).await;
    let (head, body) = honest.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    plant(&mut value, text);
    Response::from_parts(head, Body::from(value.to_string()))
}

fn plant(value: &mut serde_json::Value, text: &str) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.values_mut().for_each(|inner| plant(inner, text));
            for field in ["body", "description", "title", "comments", "snippet"] {
                fields.insert(field.to_owned(), text.into());
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|inner| plant(inner, text)),
        _ => {}
    }
}
