use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use reqwest::Client;
use tokio::task::JoinSet;

/// Stands before a bucket, passes everything on as it came, and remembers what was asked for.
pub(super) struct Recorder {
    pub(super) url: String,
    taken: Taken,
    _serving: JoinSet<()>,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) query: String,
    pub(super) range: Option<String>,
}

type Taken = Arc<Mutex<Vec<Asked>>>;

impl Recorder {
    pub(super) async fn before(upstream: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let taken = Taken::default();
        #[expect(clippy::disallowed_methods, reason = "a test plays the network")]
        let client = Client::builder().no_proxy().build().unwrap();
        let state = (upstream.to_owned(), client, Arc::clone(&taken));
        let router = Router::new().fallback(pass).with_state(state);
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            taken,
            _serving: serving,
        }
    }

    pub(super) fn taken(&self) -> Vec<Asked> {
        self.taken.lock().unwrap().clone()
    }

    pub(super) fn forget(&self) {
        self.taken.lock().unwrap().clear();
    }
}

async fn pass(
    State((upstream, client, taken)): State<(String, Client, Taken)>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let range = parts.headers.get("range");
    taken.lock().unwrap().push(Asked {
        query: parts.uri.query().unwrap_or_default().to_owned(),
        range: range.map(|range| range.to_str().unwrap().to_owned()),
    });
    let body = to_bytes(body, 64 << 20).await.unwrap();
    // The host that was signed goes along.
    let sent = client
        .request(parts.method, format!("{upstream}{}", parts.uri))
        .headers(parts.headers)
        .body(body);
    let answer = sent.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    response
        .body(Body::from(answer.bytes().await.unwrap()))
        .unwrap()
}
