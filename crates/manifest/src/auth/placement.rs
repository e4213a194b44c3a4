use crate::request::PlannedRequest;

/// How a credential travels with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialPlacement {
    /// In a header.
    Header(CredentialHeader),
    /// In `Authorization`, as RFC 7617 has it.
    Basic,
    /// By signing in to a server of mail, once the connection is encrypted.
    SignIn,
    /// In the query, which servers and what stands before them write into their logs.
    Query {
        /// The key.
        key: String,
    },
    /// In the first segment of the path, behind this.
    Path {
        /// What stands before it, such as `bot`.
        prefix: String,
    },
}

/// A header that holds a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialHeader {
    /// Its name, in lower case.
    pub header: String,
    /// What stands before the credential.
    pub prefix: String,
}

/// What is shown in the place of a credential.
const REDACTED: &str = "<credential>";

impl CredentialPlacement {
    /// The address of a request for people: with a sign where the credential stands, which nothing shows.
    pub fn shown(&self, request: &PlannedRequest) -> String {
        let (origin, path) = (request.origin(), request.path());
        let query = request.raw_query();
        let (path, query) = match self {
            Self::Header(_) | Self::Basic | Self::SignIn => (path.to_owned(), query),
            Self::Path { prefix } => (format!("/{prefix}{REDACTED}{path}"), query),
            Self::Query { key } => {
                let own = format!("{key}={REDACTED}");
                let all = query.map_or_else(|| own.clone(), |query| format!("{query}&{own}"));
                (path.to_owned(), Some(all))
            }
        };
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        format!("{origin}{path}{query}")
    }
}
