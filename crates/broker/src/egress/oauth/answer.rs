use kernel::Secret;
use manifest::{FieldPath, TokenEndpoint};
use serde_json::Value;

use super::OAuthError;
use super::call::Answered;
use crate::egress::EgressError;

/// What an app granted. A lifetime that it did not tell is not known: nobody infers one.
#[derive(Debug)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: Secret<String>,
    /// The refresh token; where there is none, a refresh keeps the old one.
    pub refresh_token: Option<Secret<String>>,
    /// Seconds that the access token lives.
    pub expires_in_seconds: Option<u64>,
    /// Seconds that the refresh token lives.
    pub refresh_expires_in_seconds: Option<u64>,
    /// What was granted; `None` when the app did not say, which RFC 6749 5.1 allows where it is
    /// what was asked for.
    pub granted_scopes: Option<Vec<String>>,
}

impl TokenAnswer {
    /// Reads the fields of an answer that was no error.
    pub(super) fn read(answered: Answered, endpoint: &TokenEndpoint) -> Result<Self, OAuthError> {
        let Answered {
            status,
            rate,
            mut fields,
        } = answered;
        if !(200..=299).contains(&status) {
            return Err(EgressError::Status { status, rate }.into());
        }
        let names = &endpoint.fields;
        let scopes = names
            .scope
            .get(&fields)
            .and_then(Value::as_str)
            .map(|text| {
                let parts = text.split([endpoint.granted_scope_separator, ' ']);
                parts
                    .filter(|scope| !scope.is_empty())
                    .map(str::to_owned)
                    .collect()
            });
        let (expires_in_seconds, refresh_expires_in_seconds) = (
            seconds(&fields, &names.expires_in),
            seconds(&fields, &names.refresh_expires_in),
        );
        Ok(Self {
            access_token: take(&mut fields, &names.access_token).ok_or(OAuthError::NoToken)?,
            refresh_token: take(&mut fields, &names.refresh_token),
            expires_in_seconds,
            refresh_expires_in_seconds,
            granted_scopes: scopes,
        })
    }
}

/// Moves a token out, so that it is not copied on its way to where it is wiped.
fn take(fields: &mut Value, path: &FieldPath) -> Option<Secret<String>> {
    match path.get_mut(fields)?.take() {
        Value::String(token) if !token.is_empty() => Some(Secret::new(token)),
        _ => None,
    }
}

fn seconds(fields: &Value, path: &FieldPath) -> Option<u64> {
    let value = path.get(fields)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
