use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri, header};

use super::{Shared, held};

/// Passes a call on and the answer back.
pub(super) async fn pass(
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
    let behind = held(&shared.upstream).clone();
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
    let body = upstream.bytes().await.unwrap();
    held(&shared.answered).push(body.clone());
    response.body(Body::from(body)).unwrap()
}
