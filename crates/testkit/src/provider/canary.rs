use axum::body::{Body, Bytes};
use axum::http::Response;
use axum::http::request::Parts;

use super::Shared;
use super::pass::pass;

/// The honest answer, with a text planted in fields that nobody asked for.
pub(super) async fn canary(
    shared: &Shared,
    parts: &Parts,
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
