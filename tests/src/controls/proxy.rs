//! A server in front of the app that undoes one of its defences: what no statement can switch off.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, Response};
use server::verify::Instance;
use testkit::app::TestApp;
use trust::Status;
use url::Url;

use super::{evidence, instance};

/// What it does to everything that is asked, and to everything that is answered.
pub(super) type Asked = Box<dyn Fn(&mut Request<Bytes>) + Send + Sync>;
pub(super) type Answered = Box<dyn Fn(&mut Response<Bytes>) + Send + Sync>;

/// Passes as it is; fails behind that proxy, for a reason that names `because`.
pub(super) async fn falls_behind(control: &str, asked: Asked, answered: Answered, because: &str) {
    let app = TestApp::start().await;
    let sound = evidence(instance(&app), control).await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    let url = proxy(app.url.clone(), asked, answered).await;
    let broken = evidence(
        Instance {
            url,
            ..instance(&app)
        },
        control,
    )
    .await;
    assert_eq!(broken.status, Status::Fail, "{broken:?}");
    assert!(broken.evidence.contains(because), "{broken:?}");
}

/// Leaves everything as it is.
pub(super) fn as_it_is<T>() -> Box<dyn Fn(&mut T) + Send + Sync> {
    Box::new(|_| {})
}

/// Takes these headers out of what is asked.
pub(super) fn without_headers(names: &'static [&'static str]) -> Asked {
    Box::new(move |request| {
        for name in names {
            request.headers_mut().remove(*name);
        }
    })
}

async fn proxy(to: String, asked: Asked, answered: Answered) -> Url {
    #[expect(
        clippy::disallowed_methods,
        reason = "a proxy of the test's own, on this machine"
    )]
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let (asked, answered) = (Arc::new(asked), Arc::new(answered));
    let pass = move |request: Request<Body>| {
        let (client, to) = (client.clone(), to.clone());
        let (asked, answered) = (Arc::clone(&asked), Arc::clone(&answered));
        async move {
            let mut request = whole(request).await;
            asked(&mut request);
            let mut answer = forward(&client, &to, request).await;
            answered(&mut answer);
            answer.map(Body::from)
        }
    };
    let router = axum::Router::new().fallback(pass);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

async fn whole(request: Request<Body>) -> Request<Bytes> {
    let (parts, body) = request.into_parts();
    Request::from_parts(parts, to_bytes(body, usize::MAX).await.unwrap())
}

async fn forward(client: &reqwest::Client, to: &str, request: Request<Bytes>) -> Response<Bytes> {
    let (parts, body) = request.into_parts();
    let asked = client.request(parts.method, format!("{to}{}", parts.uri));
    let got = asked
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = got.status();
    let is_framing = |name: &axum::http::HeaderName| {
        matches!(name.as_str(), "content-length" | "transfer-encoding")
    };
    let kept = got.headers().iter().filter(|(name, _)| !is_framing(name));
    *answer.headers_mut() = kept
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<HeaderMap>();
    *answer.body_mut() = got.bytes().await.unwrap();
    answer
}
