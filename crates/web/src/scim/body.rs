use std::error::Error as _;

use axum::extract::{FromRequest, Request};
use http::header;
use serde_json::Value;

use crate::problem::{Problem, kind};
use crate::{AppState, edge};

/// A body of the protocol: JSON that has exactly one meaning, no key twice, no more than 32 deep.
#[derive(Debug)]
pub(super) struct Body(pub(super) Value);

impl FromRequest<AppState> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next());
        let essence = essence.unwrap_or_default().trim();
        // RFC 7644 3.1: either.
        let taken = [::scim::CONTENT_TYPE, "application/json"];
        if !taken.iter().any(|one| essence.eq_ignore_ascii_case(one)) {
            let wanted = "This takes application/scim+json.";
            return Err(Problem::new(kind::CONTENT_TYPE).saying(wanted));
        }
        let bytes = edge::bytes(request.into_body()).await?;
        crypto::canonical::parse(&bytes).map(Self).map_err(|error| {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            Problem::new(kind::MALFORMED_JSON)
                .saying(format!("The body is not acceptable JSON: {why}."))
        })
    }
}
