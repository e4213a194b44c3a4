use ::scim::{Meta, Projection, Resource};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::BASE;
use crate::AppState;
use crate::problem::{Problem, kind};

/// The address that all of it is below.
pub(super) fn base(state: &AppState) -> String {
    state.link(BASE)
}

/// An answer of the protocol.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    let json = HeaderValue::from_static(::scim::CONTENT_TYPE);
    (status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response()
}

/// A resource with what the server says of it, and the part of it that was asked for.
pub(super) struct Shown {
    pub(super) whole: Value,
    meta: Meta,
}

impl Shown {
    pub(super) fn of(
        state: &AppState,
        resource: Resource,
        id: &str,
        (own, created, changed): (Value, OffsetDateTime, OffsetDateTime),
    ) -> Self {
        let meta = Meta {
            created: moment(created),
            last_modified: moment(changed),
            location: format!("{}{}/{id}", base(state), resource.endpoint()),
            version: version(changed),
        };
        Self {
            whole: ::scim::resource(resource, id, own, &meta),
            meta,
        }
    }

    /// The answer that holds it. Where something came to be, it says where.
    pub(super) fn answer(
        self,
        status: StatusCode,
        (resource, projection): (Resource, &Projection),
    ) -> Response {
        let body = projection.apply(resource, self.whole);
        let mut response = answer(status, &body);
        let mut set = |name, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers_mut().insert(name, value);
            }
        };
        set(header::ETAG, &self.meta.version);
        set(header::LOCATION, &self.meta.location);
        response
    }
}

fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// The entity tag (RFC 7644 3.14): when it last changed, to the microsecond.
pub(super) fn version(changed: OffsetDateTime) -> String {
    format!("W/\"{:x}\"", changed.unix_timestamp_nanos() / 1000)
}

/// Whether what is there is what a client has (RFC 9110 13.1.2).
pub(super) fn is_known(headers: &HeaderMap, changed: OffsetDateTime) -> bool {
    names(headers, header::IF_NONE_MATCH, changed) == Some(true)
}

/// That the client has what is there, with the tag that says so (RFC 9110 15.4.5).
pub(super) fn not_modified(changed: OffsetDateTime) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, version(changed))]).into_response()
}

/// Refuses to change what is not what the client has seen (RFC 9110 13.1.1).
pub(super) fn must_be_known(headers: &HeaderMap, changed: OffsetDateTime) -> Result<(), Problem> {
    if names(headers, header::IF_MATCH, changed) == Some(false) {
        Err(Problem::new(kind::SCIM_VERSION))
    } else {
        Ok(())
    }
}

/// Whether a condition names this version; nothing where there is none. A weak tag compares as its text.
fn names(headers: &HeaderMap, name: header::HeaderName, changed: OffsetDateTime) -> Option<bool> {
    let own = version(changed);
    let own = own.trim_start_matches("W/");
    let mut all = headers.get_all(name).iter().peekable();
    all.peek()?;
    Some(all.filter_map(|value| value.to_str().ok()).any(|list| {
        list.split(',').map(str::trim).any(|one| {
            let one = one.trim_start_matches("W/");
            // Entra ID sends some tags without quotes.
            one == "*" || one == own || one == own.trim_matches('"')
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_names_a_version_in_every_way_that_clients_write_it() {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::seconds(1);
        assert_eq!(version(now), "W/\"f4240\"");
        let given = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, value.parse().unwrap());
            must_be_known(&headers, now).is_ok()
        };
        assert!(must_be_known(&HeaderMap::new(), now).is_ok());
        for known in [
            "*",
            "W/\"f4240\"",
            "\"f4240\"",
            "f4240",
            "\"x\", W/\"f4240\"",
        ] {
            assert!(given(known), "{known}");
        }
        for other in ["\"x\"", "W/\"f4241\"", ""] {
            assert!(!given(other), "{other}");
        }
    }
}
