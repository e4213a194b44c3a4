use std::fmt;

/// SHA-256 of a bearer token: what the database keeps and looks up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Wraps a digest that was computed by `crypto::token`.
    pub const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest in lower-case hexadecimal.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash")
    }
}

/// On whose behalf SQL runs. It names a credential, never an organisation: the database looks the
/// credential up and binds person, organisation and rights by itself (ID-09).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Nobody is signed in: only what is open to anyone.
    Anonymous,
    /// A person's session.
    Session(TokenHash),
    /// A session that still owes its second factor: it reaches nothing but the ways to give one.
    HalfSession(TokenHash),
    /// A session of somebody in no organisation: it reaches what is their own.
    LoneSession(TokenHash),
    /// An organisation's API key.
    ApiKey(TokenHash),
    /// A service key of an organisation, or an operator's look into it: no person stands behind either.
    ServiceKey(TokenHash),
    /// Nobody in particular, with an anonymous key at a page of an origin.
    AnonymousKey {
        /// The key.
        key: TokenHash,
        /// SHA-256 of the origin: what a stranger wrote goes into no statement.
        origin: TokenHash,
    },
    /// An access token of a person's grant to a client, by the hash of all of it.
    AccessToken(TokenHash),
    /// A claimed background job, acting for the person who caused it.
    Job(TokenHash),
    /// A broker's turn at a connection, to refresh its tokens or to end them: it holds no permission.
    Turn(TokenHash),
}
