use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use http::header;
use http_body_util::{LengthLimitError, Limited};

use crate::problem::{Problem, kind};

/// How long a body of ordinary size may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lets no more than `most` bytes of body through. A request that announces more is refused before
/// a byte is read.
pub(super) fn limit(request: Request, most: u64) -> Result<Request, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > most) {
        return Err(too_large(most));
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(request.map(|body| Body::new(Limited::new(body, most))))
}

/// Reads all of a body that is limited already; for as long as it keeps coming.
pub(super) async fn whole(request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    Ok(Request::from_parts(parts, Body::from(bytes(body).await?)))
}

/// All bytes of a body. `gate` has limited it, and has read most of them already.
pub(crate) async fn bytes(body: Body) -> Result<Bytes, Problem> {
    tokio::time::timeout(PATIENCE, to_bytes(body, usize::MAX))
        .await
        .map_err(|_| Problem::new(kind::TIMED_OUT))?
        .map_err(|error| {
            Problem::new(if is_too_large(&error) {
                kind::TOO_LARGE
            } else {
                kind::BAD_BODY
            })
        })
}

/// Whether reading a body ended because there was too much of it.
pub(crate) fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    let mut error = Some(error);
    while let Some(current) = error {
        if current.is::<LengthLimitError>() {
            return true;
        }
        error = current.source();
    }
    false
}

fn too_large(most: u64) -> Problem {
    Problem::new(kind::TOO_LARGE).saying(format!("This takes at most {most} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(length: Option<&str>, body: &'static str) -> Request {
        let mut request = Request::new(Body::from(body));
        if let Some(length) = length {
            request
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length.parse().unwrap());
        }
        request
    }

    #[test]
    fn what_announces_too_much_is_refused_unread() {
        assert!(limit(request(Some("11"), ""), 10).is_err());
        assert!(limit(request(Some("10"), ""), 10).is_ok());
    }

    #[tokio::test]
    async fn what_announces_nothing_is_cut_where_the_limit_is() {
        let limited = limit(request(None, "twelve bytes"), 10).unwrap();
        let error = axum::body::to_bytes(limited.into_body(), 100)
            .await
            .unwrap_err();
        assert!(is_too_large(&error));
    }
}
