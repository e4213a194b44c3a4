use askama::Template;
use kernel::IdentityId;
use time::OffsetDateTime;

use crate::Page;
use crate::component::{ExternalUrl, FieldErrors};
use crate::filters;

/// An issuer to choose: Google, GitHub, whoever else is configured.
#[derive(Debug, Clone)]
pub struct IssuerChoice {
    /// Its name in addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// What another issuer knows a person as.
#[derive(Debug, Clone)]
pub struct LinkedIdentity {
    /// Its identifier.
    pub id: IdentityId,
    /// The issuer's name for people.
    pub issuer: String,
    /// What it calls them.
    pub label: String,
    /// When it was linked.
    pub created_at: OffsetDateTime,
    /// When it last signed them in.
    pub last_used_at: Option<OffsetDateTime>,
}

/// A person's accounts at other issuers, and whether they need one of them to get in.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// What other issuers know them as, oldest first.
    pub identities: Vec<LinkedIdentity>,
    /// Issuers that know them not, or not yet.
    pub issuers: Vec<IssuerChoice>,
    /// Whether they have a password.
    pub has_password: bool,
}

/// The step between our form and an issuer's page. The browser goes on by itself, and the link is for one that does
/// not; or the person is asked whether they know the host.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/to_issuer.html")]
pub struct ToIssuer {
    /// What every page shares.
    pub page: Page,
    /// The issuer's name.
    pub name: String,
    /// The host that the person is about to see.
    pub host: String,
    /// Whether they are asked first.
    pub is_asked: bool,
    /// The issuer's page.
    pub url: ExternalUrl,
}

/// Back from an issuer, and nothing came of it: nobody was signed in, or nothing linked, proven or tried.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/from_issuer.html")]
pub struct FromIssuer {
    /// What every page shares.
    pub page: Page,
    /// The issuer's name.
    pub name: String,
    /// What happened, and what to do about it. Ours: nothing of what came with the address is shown.
    pub sentence: String,
    /// The stable code.
    pub code: String,
    /// Whether the browser has a session already: it came to link, to prove or to try something, or to sign in once
    /// more, and none of that happened.
    pub is_signed_in: bool,
}

/// The form of somebody whom an issuer vouches for, and who has no account yet.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sign_up_with.html")]
pub struct SignUpWith {
    /// What every page shares.
    pub page: Page,
    /// The issuer's name.
    pub issuer: String,
    /// The address that it vouches for.
    pub email: String,
    /// Whether a mail of ours asks whether the address is theirs.
    pub asks_verification: bool,
    /// What the issuer's word is found by, sent back by the form.
    pub state: String,
    /// Name, as the issuer has it or as typed.
    pub name: String,
    /// Organisation's name, as typed.
    pub organisation: String,
    /// What is wrong, by field: `name`, `organisation`.
    pub errors: FieldErrors,
}

impl LinkedIdentity {
    pub(super) fn dialog(&self) -> String {
        format!("unlink-{}", self.id)
    }

    pub(super) fn path(&self) -> String {
        format!("/security/identities/{}/unlink", self.id)
    }
}
