//! What came of a write, as the ledger records it.

use manifest::Operation;

use crate::egress::{EgressError, FilteredResponse, WriteVerdict};
use crate::ledger::{End, Outcome};

/// What the ledger keeps of a link; it counts characters, and a longer one is no use to anybody.
const MAX_URL_BYTES: usize = 2000;
const MAX_REFERENCE_CHARACTERS: usize = 200;

/// What a provider says must not keep the outcome from being recorded: what cannot be stored, and
/// what would be cut, is left out.
fn is_reference(text: &str) -> bool {
    text.chars().count() <= MAX_REFERENCE_CHARACTERS && !text.chars().any(char::is_control)
}

/// The provider took it.
pub(crate) fn executed(
    operation: &Operation,
    answered: &FilteredResponse,
    duration_ms: i32,
) -> Outcome {
    let result = operation
        .result
        .as_ref()
        .map(|rule| rule.read(&answered.kept));
    Outcome {
        end: End::Executed,
        status: Some(answered.status),
        code: None,
        digest: Some(answered.digest()),
        url: result
            .as_ref()
            .and_then(|result| result.link.as_ref())
            .map(ToString::to_string)
            .filter(|url| url.len() <= MAX_URL_BYTES),
        reference: result
            .and_then(|result| result.id)
            .filter(|text| is_reference(text)),
        duration_ms,
    }
}

/// What an error says about it.
pub(crate) fn ended(error: &EgressError, duration_ms: i32) -> Outcome {
    let end = match error.verdict() {
        WriteVerdict::NotSent | WriteVerdict::Refused => End::Failed,
        WriteVerdict::Done => End::Executed,
        WriteVerdict::Unknown => End::Unknown,
    };
    Outcome {
        end,
        status: error.status(),
        code: Some(error.code()),
        digest: None,
        url: None,
        reference: None,
        duration_ms,
    }
}

/// Nothing left.
pub(crate) fn not_sent(code: &'static str) -> Outcome {
    Outcome {
        end: End::Failed,
        status: None,
        code: Some(code),
        digest: None,
        url: None,
        reference: None,
        duration_ms: 0,
    }
}
