use manifest::{Admitted, ConnectionFacts, Manifest, Origin, PlannedRequest, WireRequest};
use reqwest::{Client, Request};

use super::error::EgressError;

/// Turns a planned request into the one that a client sends, without its credential.
pub(crate) fn build(client: &Client, planned: &PlannedRequest) -> Result<Request, EgressError> {
    let method = planned.method().as_str();
    let method = http::Method::from_bytes(method.as_bytes()).map_err(|_| undeclared())?;
    let mut request = client.request(method, planned.url());
    for (name, value) in planned.headers() {
        request = request.header(name, value);
    }
    if let Some(body) = planned.body() {
        request = request.body(body.to_vec());
    }
    request.build().map_err(|_| undeclared())
}

/// Recognises `request`, as it will be sent, as exactly one operation of `manifest`.
///
/// It reads the client's own request: what a URL parser or a header map made of the planned one
/// counts, not what was planned.
pub(crate) fn recognise<'a>(
    request: &Request,
    manifest: &'a Manifest,
    facts: &ConnectionFacts<'_>,
) -> Result<Admitted<'a>, EgressError> {
    let url = request.url();
    let origin = Origin::of(url).ok_or_else(undeclared)?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(undeclared());
    }
    let body = match request.body() {
        None => None,
        // A stream could be anything by the time it is sent.
        Some(body) => Some(body.as_bytes().ok_or_else(undeclared)?),
    };
    let headers = request.headers().iter();
    let wire = WireRequest {
        method: request.method().as_str(),
        scheme: origin.scheme().as_str(),
        host: origin.host(),
        port: origin.port(),
        path: url.path(),
        query: url.query(),
        headers: headers
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
        body,
    };
    manifest
        .admit(&wire, facts)
        .map_err(EgressError::Undeclared)
}

const fn undeclared() -> EgressError {
    EgressError::Undeclared(manifest::Undeclared::Address)
}
