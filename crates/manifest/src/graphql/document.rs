use std::collections::BTreeSet;

use crypto::digest::{Digest, sha256};
use serde_json::Value;

/// The one document that an operation sends.
#[derive(Debug)]
pub struct Document {
    text: String,
    sha256: Digest,
    /// Every value that it asks for, by its keys in the answer: `data.issues.nodes.id`.
    pub(crate) asks: BTreeSet<String>,
}

/// The field that holds the document in an operation's body. No variable has a dot in its name.
pub(super) const DOCUMENT: &str = "graphql.document";
/// Where a document and its variables stand in a request (GraphQL over HTTP 5.1).
pub(super) const QUERY: &str = "query";
pub(super) const VARIABLES: &str = "variables";

impl Document {
    pub(super) fn new(text: &str, asks: BTreeSet<String>) -> Self {
        Self {
            text: text.to_owned(),
            sha256: sha256(text.as_bytes()),
            asks,
        }
    }

    /// As it is sent.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of its bytes.
    pub const fn sha256(&self) -> &Digest {
        &self.sha256
    }

    /// Whether a request's body holds this document.
    pub(crate) fn is_in(&self, body: &Value) -> bool {
        let sent = body.get(QUERY).and_then(Value::as_str);
        sent.is_some_and(|text| sha256(text.as_bytes()) == self.sha256)
    }
}
