use crypto::canonical;
use crypto::digest::{Digest, sha256};
use http::HeaderMap;
use manifest::{CredentialTold, Manifest, NextPage, Operation, RateLimit, Refusal};
use reqwest::Response;
use serde_json::Value;

use super::body::read_limited;
use super::error::EgressError;
use super::filter::{Sieve, filter};
use super::media::{Media, media};

/// What of an answer came through.
#[derive(Debug, Clone, PartialEq)]
pub struct FilteredResponse {
    /// The status: 200 to 299.
    pub status: u16,
    /// The declared fields and nothing else; null when none are declared or there was no body.
    pub kept: Value,
    /// The size of the whole answer's body as it came, in bytes.
    pub bytes: usize,
    /// What to ask for next.
    pub next_page: NextPage,
    /// What the app said about its limits.
    pub rate: RateLimit,
    /// What the app said of the credential.
    pub credential: CredentialTold,
}

/// The longest text that a declared field may hold, in bytes.
const MAX_TEXT_BYTES: usize = 2048;
/// The longest failure that is read for its code, in bytes, and the longest code.
const MAX_FAILURE_BYTES: usize = 64 * 1024;
const MAX_CODE_BYTES: usize = 64;

impl FilteredResponse {
    /// SHA-256 of what was kept, in canonical form: it identifies the answer in the audit log.
    pub fn digest(&self) -> Digest {
        // Numbers past 2^53 have no canonical form; their text is as good for telling answers apart.
        let text = canonical::to_vec(&self.kept);
        sha256(&text.unwrap_or_else(|_| self.kept.to_string().into_bytes()))
    }
}

/// Judges an answer by its status and headers, and reads what is declared of its body.
pub(crate) async fn receive(
    response: Response,
    (manifest, operation): (&Manifest, &Operation),
    mark: Option<&str>,
    max_answer_bytes: usize,
) -> Result<FilteredResponse, EgressError> {
    let status = response.status().as_u16();
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let rate = manifest.rate.read(header);
    if let Err(error) = check_status(status, rate) {
        return Err(judge((manifest, operation), response, (status, rate))
            .await
            .unwrap_or(error));
    }
    let told = manifest.auth.paste().and_then(|rule| rule.told.as_ref());
    let credential = told.map(|rule| rule.read(header)).unwrap_or_default();
    let link = links(response.headers());
    let (mut kept, bytes) = if operation.sieve().is_nothing() || status == 204 {
        (Value::Null, 0)
    } else {
        let sieve = Sieve {
            tree: operation.sieve(),
            mark,
            max_text_bytes: MAX_TEXT_BYTES,
        };
        read_json(response, sieve, max_answer_bytes).await?
    };
    if let Some(why) = manifest.refusal(operation, &mut kept) {
        return Err(EgressError::Declined { status, why });
    }
    let next_page = manifest.next_page(operation, &kept, link.as_deref());
    Ok(FilteredResponse {
        status,
        kept,
        bytes,
        next_page,
        rate,
        credential,
    })
}

/// What a failure says beyond its status, where the manifest names codes that do: they are compared,
/// and dropped with the rest of it. What cannot be read says nothing.
async fn judge(
    (manifest, operation): (&Manifest, &Operation),
    response: Response,
    (status, rate): (u16, RateLimit),
) -> Option<EgressError> {
    let rule = manifest.errors.as_ref()?;
    let sieve = Sieve {
        tree: rule.tree(),
        mark: None,
        max_text_bytes: MAX_CODE_BYTES,
    };
    let (kept, _) = read_json(response, sieve, MAX_FAILURE_BYTES).await.ok()?;
    match manifest.meaning(operation, status, &kept)? {
        // As if the app had said so by its headers.
        Refusal::Wait => Some(EgressError::Status {
            status,
            rate: RateLimit {
                remaining: Some(0),
                ..rate
            },
        }),
        why => Some(EgressError::Declined { status, why }),
    }
}

/// Of itself, nothing of an answer that is no success is read.
pub(crate) const fn check_status(status: u16, rate: RateLimit) -> Result<(), EgressError> {
    match status {
        200..=299 => Ok(()),
        300..=399 => Err(EgressError::Redirect { status }),
        _ => Err(EgressError::Status { status, rate }),
    }
}

async fn read_json(
    response: Response,
    sieve: Sieve<'_>,
    max_answer_bytes: usize,
) -> Result<(Value, usize), EgressError> {
    let status = response.status().as_u16();
    if media(response.headers()) != Media::Json {
        return Err(EgressError::ContentType { status });
    }
    let body = read_limited(response, max_answer_bytes).await?;
    let kept = filter(body.as_slice(), sieve).map_err(|_| EgressError::Malformed { status })?;
    Ok((kept, body.as_slice().len()))
}

/// RFC 9110 5.3: several `Link` lines are one list.
fn links(headers: &HeaderMap) -> Option<String> {
    let lines = headers
        .get_all("link")
        .iter()
        .filter_map(|value| value.to_str().ok());
    let joined = lines.collect::<Vec<_>>().join(", ");
    (!joined.is_empty()).then_some(joined)
}
