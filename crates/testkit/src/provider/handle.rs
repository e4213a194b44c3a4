use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode, header};

use super::canary::canary;
use super::pass::pass;
use super::{Mood, Seen, Shared, held};

/// Answers one call, as the mood has it.
pub(super) async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20)
        .await
        .unwrap_or_default();
    let path = parts.uri.path();
    if !shared.api.iter().any(|prefix| path.starts_with(prefix)) {
        return pass(&shared, &parts.method, &parts.uri, &parts.headers, body).await;
    }
    held(&shared.seen).push(Seen {
        method: parts.method.clone(),
        target: parts.uri.to_string(),
        headers: parts.headers.clone(),
        body: body.clone(),
    });
    let mood = held(&shared.mood).clone();
    respond(&shared, mood, parts, body).await
}

async fn respond(shared: &Shared, mood: Mood, parts: Parts, body: Bytes) -> Response<Body> {
    match mood {
        Mood::Gone(part) if parts.uri.to_string().contains(part) => {
            answer(StatusCode::GONE, "application/json", Body::from("{}"))
        }
        Mood::Honest | Mood::Gone(_) => {
            pass(shared, &parts.method, &parts.uri, &parts.headers, body).await
        }
        Mood::Slow(pause) => {
            let answer = pass(shared, &parts.method, &parts.uri, &parts.headers, body).await;
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
        Mood::HtmlAsJson => answer(
            StatusCode::OK,
            "application/json",
            Body::from("<h1>Sign in</h1>"),
        ),
        Mood::Canary(text) => canary(shared, &parts, body, &text).await,
        Mood::HangUpAfterCommit => {
            let _ = pass(shared, &parts.method, &parts.uri, &parts.headers, body).await;
            // A body that fails before its first byte closes the connection.
            let broken =
                futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
            answer(
                StatusCode::CREATED,
                "application/json",
                Body::from_stream(broken),
            )
        }
        Mood::LoseAnswersOfWrites => {
            let honest = pass(shared, &parts.method, &parts.uri, &parts.headers, body).await;
            if parts.method == Method::GET {
                return honest;
            }
            answer(StatusCode::BAD_GATEWAY, "text/plain", Body::empty())
        }
        Mood::LoseFirstAnswersOfWrites => lose_first(shared, parts, body).await,
        Mood::LoseWrites if parts.method == Method::GET => {
            pass(shared, &parts.method, &parts.uri, &parts.headers, body).await
        }
        Mood::LoseWrites => answer(StatusCode::BAD_GATEWAY, "text/plain", Body::empty()),
        Mood::MoveTo(path) => {
            let query = parts.uri.query().unwrap_or_default();
            let uri = format!("{path}?{query}").parse().unwrap();
            pass(shared, &parts.method, &uri, &parts.headers, body).await
        }
        Mood::ForgetCredentials => {
            let mut headers = parts.headers;
            headers.remove(header::AUTHORIZATION);
            pass(shared, &parts.method, &parts.uri, &headers, body).await
        }
        Mood::AskForPause(seconds) => {
            let mut refused = answer(
                StatusCode::TOO_MANY_REQUESTS,
                "application/json",
                Body::from("{}"),
            );
            refused
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
            refused
        }
        Mood::Status(code) => {
            let status = StatusCode::from_u16(code).unwrap();
            answer(status, "application/json", Body::from("{}"))
        }
    }
}

async fn lose_first(shared: &Shared, parts: Parts, body: Bytes) -> Response<Body> {
    if let Some(lost) = held(&shared.lost).remove(&body) {
        return answer(StatusCode::OK, "application/json", Body::from(lost));
    }
    let asked = body.clone();
    let honest = pass(shared, &parts.method, &parts.uri, &parts.headers, body).await;
    if parts.method == Method::GET {
        return honest;
    }
    let whole = axum::body::to_bytes(honest.into_body(), 1 << 20).await;
    held(&shared.lost).insert(asked, whole.unwrap_or_default());
    answer(StatusCode::BAD_GATEWAY, "text/plain", Body::empty())
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
