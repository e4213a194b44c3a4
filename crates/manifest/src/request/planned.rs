use crypto::digest::sha256;
use serde_json::{Value, json};

use crate::address::{Origin, percent};
use crate::operation::{Class, Method};

/// The final request of one operation, except the secret. Only the planner makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRequest {
    pub(crate) operation: String,
    pub(crate) class: Class,
    pub(crate) method: Method,
    pub(crate) origin: Origin,
    /// Encoded, with the instance's prefix.
    pub(crate) path: String,
    /// Decoded, sorted by key.
    pub(crate) query: Vec<(String, String)>,
    /// Lower-case names, sorted.
    pub(crate) headers: Vec<(String, String)>,
    /// Canonical JSON (RFC 8785).
    pub(crate) body: Option<Vec<u8>>,
}

impl PlannedRequest {
    /// The operation that it was planned for.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Whether it reads or writes.
    pub const fn class(&self) -> Class {
        self.class
    }

    /// The method.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Scheme, host and port.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path, percent-encoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query, decoded, sorted by key; no key twice.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The headers, without the credential; lower-case names, sorted.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body: canonical JSON.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The query as it is sent; `None` when there is none.
    pub fn raw_query(&self) -> Option<String> {
        let pair =
            |(key, value): &(String, String)| percent::encode(key) + "=" + &percent::encode(value);
        (!self.query.is_empty()).then(|| self.query.iter().map(pair).collect::<Vec<_>>().join("&"))
    }

    /// The URL as it is sent.
    pub fn url(&self) -> String {
        let query = self
            .raw_query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        format!("{}{}{query}", self.origin, self.path)
    }

    /// What an approval's hash is taken over. Two requests have the same value only if the same
    /// bytes are sent.
    pub fn canonical(&self) -> Value {
        json!({
            "method": self.method.as_str(),
            "scheme": self.origin.scheme().as_str(),
            "host": self.origin.host(),
            "port": self.origin.port(),
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body_sha256": self.body.as_deref().map(|body| hex::encode(sha256(body))),
        })
    }
}
