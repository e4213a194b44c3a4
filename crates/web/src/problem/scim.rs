use ::scim::ScimError;
use access::{TeamError, TeamNameError};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::ProvisionError;

use super::{Problem, kind};

/// How long a directory waits that had too many people invited, in seconds.
const INVITATIONS_WAIT: u64 = 3600;

impl From<ScimError> for Problem {
    fn from(error: ScimError) -> Self {
        let said = format!("{error}.");
        Self::new(kind::SCIM_REFUSED)
            .coded(error.status(), error.code())
            .saying(said)
    }
}

impl From<ProvisionError> for Problem {
    fn from(error: ProvisionError) -> Self {
        match error {
            ProvisionError::Gone => Self::new(kind::NOT_FOUND),
            ProvisionError::Taken => {
                ScimError::Uniqueness("a user of that userName or address is there already").into()
            }
            ProvisionError::Foreign => ScimError::InvalidValue(error.to_string()).into(),
            ProvisionError::Own => Self::new(kind::SCIM_OWN_ADDRESS),
            ProvisionError::Owner => Self::new(kind::SCIM_OWNER),
            ProvisionError::TooMany => {
                Self::new(kind::SCIM_TOO_MANY_INVITATIONS).retry_after(INVITATIONS_WAIT)
            }
            ProvisionError::Database(error) => error.into(),
        }
    }
}

/// What is wrong with a group, in the words of the protocol.
pub(crate) fn of_group(error: TeamError) -> Problem {
    match error {
        TeamError::NameTaken => {
            ScimError::Uniqueness("a team of that name is there already").into()
        }
        TeamError::Nobody => {
            let said = "a member is nobody whom this directory has provisioned".to_owned();
            ScimError::InvalidValue(said).into()
        }
        TeamError::TooMany => ScimError::InvalidValue(error.to_string()).into(),
        other => other.into(),
    }
}

/// The same of its name.
pub(crate) fn of_group_name(error: TeamNameError) -> Problem {
    ScimError::InvalidValue(error.to_string()).into()
}

/// The body of a problem for a directory (RFC 7644 3.12).
pub(crate) fn scim_error(problem: &Problem, rest: HeaderMap) -> Response {
    let keyword = ScimError::keyword(problem.code());
    let body = ScimError::body(problem.status(), keyword, problem.sentence());
    let status =
        StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, rest, body.to_string()).into_response();
    let json = HeaderValue::from_static(::scim::CONTENT_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    problem.retry_after_header(response.headers_mut());
    response
}
