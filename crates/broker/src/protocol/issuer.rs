use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Binary, SessionToBegin};

/// An issuer that people may sign in by, for pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerFace {
    /// Its name in addresses of this server.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How it names itself, as identities are kept by.
    pub issuer: String,
    /// Whether it proves anew who somebody is.
    pub can_prove: bool,
}

/// What an issuer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerPurpose {
    /// To sign in. Whoever asks is nobody yet.
    SignIn,
    /// To link what it knows a person as to the session's person.
    Link,
    /// To prove anew who the session's person is.
    Prove,
    /// To see whether an organisation's provider answers as it should, before it lets anybody in.
    Test,
}

/// What a browser brought back from an issuer (RFC 6749 4.1.2, RFC 9207).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerReturned {
    /// The issuer, or the organisation's provider, whose address it came back to.
    pub issuer: String,
    /// As the issuer gave it back.
    pub state: String,
    /// As the issuer gave it.
    pub code: Option<String>,
    /// In whose name it answers.
    pub iss: Option<String>,
    /// The response of a provider of SAML, as it was posted.
    pub saml: Option<String>,
    /// Why it gave no code.
    pub error: Option<String>,
    /// A digest of what only the browser keeps that began it.
    pub browser: Binary,
    /// The session that begins where it was to sign in.
    pub session: SessionToBegin,
}

/// What came of a round trip to an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum IssuerFinished {
    /// The session has begun, whole or owing its second factor.
    SignedIn {
        /// Local path to go on to.
        next: String,
    },
    /// Nobody is known by it yet: an account may be made.
    New {
        /// The person's name, as the issuer has it; empty where it does not say.
        name: String,
    },
    /// It is linked.
    Linked {
        /// Local path to go on to.
        next: String,
    },
    /// The session is proven anew.
    Proved {
        /// Local path to go on to.
        next: String,
    },
    /// The provider answered as it should.
    Tested(ProviderSaid),
}

/// What an organisation's provider said of whoever tried it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSaid {
    /// Whom it means.
    pub subject: String,
    /// What it calls them.
    pub label: String,
    /// The address that it names.
    pub email: Option<String>,
    /// Whether the address is of a domain that the organisation has shown to be its own.
    pub is_own_domain: bool,
    /// When it last asked them who they are, where it says so.
    #[serde(with = "time::serde::rfc3339::option")]
    pub asked_at: Option<OffsetDateTime>,
}

/// What DNS said of a mail domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainState {
    /// The record is there: the domain is the organisation's.
    Verified,
    /// The record is not there.
    Missing,
    /// It is not there any more: the domain is the organisation's for some days yet.
    Failing,
    /// It is, and so is that of another organisation, which has the domain.
    Held,
}
