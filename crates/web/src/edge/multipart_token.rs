//! The token of a form that sends a file: its first part, read before the rest has come.

use axum::body::Body;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};

use super::is_too_large;
use crate::problem::{Problem, kind};
use crate::session::csrf;

/// The token comes first: more than this before it ends is no form of ours.
const MOST_BEFORE_TOKEN_BYTES: usize = 4096;

/// The boundary of a `multipart/form-data` content type (RFC 2046 5.1.1).
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let rest = content_type.strip_prefix("multipart/form-data")?;
    let value = rest
        .split(';')
        .find_map(|part| part.trim().strip_prefix("boundary="))?;
    let value = value.trim_matches('"');
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// Reads as far as the first part goes, and hands the request on with all of its body.
pub(super) async fn read(
    request: Request,
    boundary: &str,
) -> Result<(Request, Option<String>), Problem> {
    let (parts, body) = request.into_parts();
    let mut rest = body.into_data_stream();
    let mut head = BytesMut::new();
    let token = loop {
        if let First::Read(token) = first_part(&head, boundary) {
            break token;
        }
        if head.len() > MOST_BEFORE_TOKEN_BYTES {
            break None;
        }
        match rest.next().await {
            Some(Ok(chunk)) => head.extend_from_slice(&chunk),
            Some(Err(error)) if is_too_large(&error) => return Err(Problem::new(kind::TOO_LARGE)),
            Some(Err(_)) => return Err(Problem::new(kind::BAD_FORM)),
            None => break None,
        }
    };
    let head: Result<Bytes, axum::Error> = Ok(head.freeze());
    let whole = Body::from_stream(stream::iter([head]).chain(rest));
    Ok((Request::from_parts(parts, whole), token))
}

/// What the beginning of a form tells.
enum First {
    /// Its first part goes on.
    Unfinished,
    /// It has ended: the token, if it was that.
    Read(Option<String>),
}

fn first_part(head: &[u8], boundary: &str) -> First {
    let text = String::from_utf8_lossy(head);
    let delimiter = format!("--{boundary}\r\n");
    if text.len() < delimiter.len() {
        return First::Unfinished;
    }
    let Some(part) = text.strip_prefix(&delimiter) else {
        return First::Read(None);
    };
    let end = format!("\r\n--{boundary}");
    let value = part
        .split_once("\r\n\r\n")
        .and_then(|(headers, content)| Some((headers, content.split_once(&end)?.0)));
    let Some((headers, value)) = value else {
        return First::Unfinished;
    };
    let named = format!("name=\"{}\"", csrf::FIELD);
    let is_token = headers
        .split(['\r', '\n', ';'])
        .any(|piece| piece.trim() == named);
    First::Read(is_token.then(|| value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nthe-token\r\n\
        --xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\ncase,step\r\n--xyz--\r\n";

    async fn read_in_chunks(form: &str, size: usize) -> (Vec<u8>, Option<String>) {
        let chunks: Vec<Result<Bytes, axum::Error>> = form
            .as_bytes()
            .chunks(size)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let request = Request::new(Body::from_stream(stream::iter(chunks)));
        let (request, token) = read(request, "xyz").await.unwrap();
        let body = axum::body::to_bytes(request.into_body(), usize::MAX)
            .await
            .unwrap();
        (body.to_vec(), token)
    }

    #[tokio::test]
    async fn the_token_is_read_and_the_form_stays_whole_however_it_arrives() {
        for size in [1, 7, 64, 10_000] {
            let (body, token) = read_in_chunks(FORM, size).await;
            assert_eq!(token.as_deref(), Some("the-token"));
            assert_eq!(body, FORM.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_token_that_does_not_come_first_does_not_count() {
        let late = FORM.replace("name=\"csrf\"", "name=\"note\"");
        assert_eq!(read_in_chunks(&late, 50).await.1, None);
        assert_eq!(read_in_chunks("--other\r\n", 50).await.1, None);
        let long = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}",
            "a".repeat(9000)
        );
        assert_eq!(read_in_chunks(&long, 512).await.1, None);
        assert_eq!(read_in_chunks("", 50).await.1, None);
    }

    #[test]
    fn the_boundary_is_read_with_and_without_quotes() {
        assert_eq!(
            boundary("multipart/form-data; boundary=xyz"),
            Some("xyz".to_owned())
        );
        assert_eq!(
            boundary("multipart/form-data; boundary=\"x y\""),
            Some("x y".to_owned())
        );
        assert_eq!(boundary("multipart/form-data"), None);
        assert_eq!(boundary("text/plain; boundary=xyz"), None);
    }
}
