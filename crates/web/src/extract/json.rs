use std::error::Error as _;

use axum::extract::{FromRequest, Request};
use http::header;
use serde::de::DeserializeOwned;

use crate::AppState;
use crate::edge;
use crate::problem::{Problem, kind};

/// A JSON body that has exactly one meaning: announced as JSON, no key twice, no integer past 2^53,
/// no field that its type does not have (types derive `deny_unknown_fields`).
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        if !is_json(&request) {
            return Err(Problem::new(kind::CONTENT_TYPE));
        }
        let bytes = edge::bytes(request.into_body()).await?;
        parse(&bytes).map(Self)
    }
}

fn is_json(request: &Request) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = crypto::canonical::parse(bytes).map_err(|error| {
        let why = error.source().map(ToString::to_string).unwrap_or_default();
        Problem::new(kind::MALFORMED_JSON)
            .saying(format!("The body is not acceptable JSON: {why}."))
    })?;
    serde_json::from_value(value).map_err(|error| {
        Problem::new(kind::INVALID_BODY).saying(format!("The body does not fit: {error}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        name: String,
    }

    #[test]
    fn a_body_with_two_meanings_or_a_field_too_many_is_refused() {
        assert_eq!(parse::<Body>(br#"{"name":"a"}"#).unwrap().name, "a");
        let code = |text: &str| {
            parse::<Body>(text.as_bytes())
                .unwrap_err()
                .code()
                .to_owned()
        };
        assert_eq!(code(r#"{"name":"a","name":"b"}"#), "web.malformed_json");
        assert_eq!(
            code(r#"{"name":"a","organisation_id":"org_1"}"#),
            "web.invalid_body"
        );
        assert_eq!(code(r#"{"name":1}"#), "web.invalid_body");
        assert_eq!(code("{"), "web.malformed_json");
        assert_eq!(code(""), "web.malformed_json");
    }
}
