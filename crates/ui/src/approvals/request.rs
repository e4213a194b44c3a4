use crate::format::{JsonToken, hides_something, json_tokens};

/// Exactly the request that would leave, but for the secret that the broker adds.
#[derive(Debug, Clone)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// `https`, or `http` for an app that the operator allowed without TLS.
    pub scheme: String,
    /// Host, and port when it is not the scheme's own.
    pub host: String,
    /// Path, as sent.
    pub path: String,
    /// Query, decoded, in the order sent.
    pub query: Vec<(String, String)>,
    /// Headers that say what the body is.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// The canonical document (RFC 8785) that `payload_hash` is over; empty when it cannot be shown.
    pub document: String,
    /// SHA-256 of the document, in hexadecimal: what an approval is bound to.
    pub payload_hash: String,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Body {
    /// There is none.
    None,
    /// Canonical JSON (RFC 8785), byte for byte as it would leave.
    Json(String),
    /// Another text.
    Text(String),
    /// A mail.
    Mail(Mail),
}

/// A mail in the parts that a person reads.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whom it is from.
    pub from: String,
    /// To whom it goes.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// What it is about.
    pub subject: String,
    /// What it says: plain text.
    pub text: String,
    /// All of it, as it is approved: canonical JSON (RFC 8785).
    pub exact: String,
}

impl Request {
    /// Whether anything in it hides or reorders what is read; then the page warns.
    pub fn hides_something(&self) -> bool {
        let body = match &self.body {
            Body::None => "",
            Body::Json(text) | Body::Text(text) => text,
            Body::Mail(mail) => &mail.exact,
        };
        let pairs = self
            .query
            .iter()
            .chain(&self.headers)
            .flat_map(|(name, value)| [name, value]);
        [body, &self.path, &self.host]
            .into_iter()
            .chain(pairs.map(String::as_str))
            .any(hides_something)
    }

    pub(crate) fn tokens(&self) -> Vec<JsonToken> {
        match &self.body {
            Body::Json(text) => json_tokens(text),
            Body::None | Body::Text(_) | Body::Mail(_) => Vec::new(),
        }
    }

    pub(crate) fn body_size_bytes(&self) -> usize {
        match &self.body {
            Body::None => 0,
            Body::Json(text) | Body::Text(text) => text.len(),
            Body::Mail(mail) => mail.exact.len(),
        }
    }

    pub(crate) const fn is_mail(&self) -> bool {
        matches!(self.body, Body::Mail(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_character_anywhere_is_noticed() {
        let mut request = Request {
            method: "POST".to_owned(),
            scheme: "https".to_owned(),
            host: "tracker.example".to_owned(),
            path: "/issues".to_owned(),
            query: vec![("project".to_owned(), "ops".to_owned())],
            headers: Vec::new(),
            body: Body::Json(r#"{"title":"plain"}"#.to_owned()),
            document: String::new(),
            payload_hash: String::new(),
        };
        assert!(!request.hides_something());
        request.query[0].1.push('\u{200b}');
        assert!(request.hides_something());
    }
}
