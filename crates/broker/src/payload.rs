use kernel::{ApiKeyId, GrantId, JobId, OrganisationId, SessionId};
use manifest::Arguments;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::BrokerError;

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

    pub(crate) fn arguments(&self) -> Result<Arguments, BrokerError> {
        Arguments::parse(self.arguments.as_bytes()).map_err(|_| BrokerError::PayloadChanged)
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
