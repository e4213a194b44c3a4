use std::collections::BTreeSet;

use kernel::{ApiKeyId, GrantId, JobId, OrganisationId, SessionId};
use manifest::Arguments;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::error::BrokerError;

/// The longest text that is found again, in bytes, and the most texts of one proposal.
const MAX_SEARCHED_BYTES: usize = 320;
const MAX_INDEXES: usize = 200;

/// Who asked for a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requester {
    pub(crate) organisation: OrganisationId,
    pub(crate) kind: String,
    pub(crate) credential: Uuid,
    pub(crate) person: Uuid,
}

/// What is sealed of a proposal: enough to plan the same request again.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payload {
    pub(crate) requester: Requester,
    /// Canonical JSON text.
    arguments: String,
}

impl Payload {
    pub(crate) fn new(requester: Requester, arguments: &Arguments) -> Result<Self, BrokerError> {
        let text = arguments
            .canonical()
            .map_err(|e| BrokerError::Arguments(e.to_string()))?;
        let arguments = String::from_utf8(text).map_err(|_| BrokerError::PayloadChanged)?;
        Ok(Self {
            requester,
            arguments,
        })
    }

    pub(crate) fn to_vec(&self) -> Result<Vec<u8>, BrokerError> {
        serde_json::to_vec(self).map_err(|_| BrokerError::PayloadChanged)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, BrokerError> {
        serde_json::from_slice(bytes).map_err(|_| BrokerError::PayloadChanged)
    }

    /// Its texts that are found by their exact value, in the form in which they are looked for.
    pub(crate) fn searchable(&self) -> Result<BTreeSet<String>, BrokerError> {
        let arguments: Value =
            serde_json::from_str(&self.arguments).map_err(|_| BrokerError::PayloadChanged)?;
        let mut found = BTreeSet::new();
        gather(&arguments, &mut found);
        Ok(found)
    }

    pub(crate) fn arguments(&self) -> Result<Arguments, BrokerError> {
        Arguments::parse(self.arguments.as_bytes()).map_err(|_| BrokerError::PayloadChanged)
    }
}

/// The form in which a text is indexed and looked for: without spaces around it, in lower case. Nothing where it is
/// empty, or longer than any name, address or title.
pub(crate) fn searched(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_SEARCHED_BYTES).then(|| text.to_lowercase())
}

fn gather(value: &Value, found: &mut BTreeSet<String>) {
    if found.len() >= MAX_INDEXES {
        return;
    }
    match value {
        Value::String(text) => found.extend(searched(text)),
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Requester {
    /// The credential's identifier in text form.
    pub(crate) fn actor(&self) -> String {
        match self.kind.as_str() {
            "api_key" => ApiKeyId::from(self.credential).to_string(),
            "access_token" => GrantId::from(self.credential).to_string(),
            "job" => JobId::from(self.credential).to_string(),
            _ => SessionId::from(self.credential).to_string(),
        }
    }
}
