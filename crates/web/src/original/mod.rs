//! The file that a log was imported from, given back as it came.

mod disposition;
mod giving;
mod range;

use axum::body::Body;
use axum::response::Response;
use futures_util::stream::unfold;
use http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderName, IF_RANGE, RANGE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use insight::Original;
use kernel::LogId;

use crate::extract::{Caller, Can};
use crate::problem::{Problem, kind};
use crate::route::permission::InsightRead;
use range::Wanted;

/// Gives the original of a log, or the part of it that the request asks for (RFC 9110 14).
///
/// What it holds is whatever somebody uploaded: a browser saves it, and takes it for no page of ours.
pub(crate) async fn download(
    mut can: Can<InsightRead>,
    log: LogId,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let original = insight::original(&mut can.tx, log).await?;
    let original = original.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let caller = can.release();
    // The bytes of a file never change.
    let tag = format!("\"{}\"", original.file);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_current = text(IF_RANGE).is_none_or(|asked| asked == tag);
    let range = text(RANGE).filter(|_| is_current);
    let size_bytes = original.size_bytes;
    let (status, part, told) = match range::wanted(range, size_bytes) {
        Wanted::Whole => (StatusCode::OK, (0, size_bytes), None),
        Wanted::Part(first, last) => {
            let told = format!("bytes {first}-{last}/{size_bytes}");
            (
                StatusCode::PARTIAL_CONTENT,
                (first, last - first + 1),
                Some(told),
            )
        }
        Wanted::Nothing => return Ok(nothing_there(size_bytes)),
    };
    let body = opened(&caller, &original, part).await?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(CONTENT_LENGTH, HeaderValue::from(part.1));
    let said = [
        (ETAG, Some(tag)),
        (CONTENT_RANGE, told),
        (
            CONTENT_DISPOSITION,
            Some(disposition::attachment(&original.name)),
        ),
    ];
    for (name, value) in said {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

async fn opened(caller: &Caller, original: &Original, part: (u64, u64)) -> Result<Body, Problem> {
    let organisation = caller.principal.organisation.to_string();
    let broker = caller.state.broker.of(&organisation);
    let download = broker.get_file(&caller.scope, original.file, part).await?;
    // An error ends the connection before the length that was announced: nobody takes it for the whole.
    let bytes = unfold(giving::give(download), async |mut taken| {
        taken.recv().await.map(|bytes| (bytes, taken))
    });
    Ok(Body::from_stream(bytes))
}

/// RFC 9110 15.5.17.
fn nothing_there(size_bytes: u64) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
    if let Ok(told) = HeaderValue::from_str(&format!("bytes */{size_bytes}")) {
        response.headers_mut().insert(CONTENT_RANGE, told);
    }
    response
}
