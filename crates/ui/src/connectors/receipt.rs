use askama::Template;
use kernel::{AuditEntryId, ConnectionId, Revocation};
use time::OffsetDateTime;

use crate::component::Tone;
use crate::filters;

/// What came of ending a connection: what was confirmed, and what was not.
#[derive(Debug, Clone, Template)]
#[template(path = "connectors/receipt.html")]
pub struct Receipt {
    /// The connection.
    pub connection: ConnectionId,
    /// What its person called it.
    pub name: String,
    /// The app's name.
    pub app: String,
    /// When it ended.
    pub ended_at: OffsetDateTime,
    /// Who ended it; empty for who may not know.
    pub ended_by: String,
    /// What came of telling the app; nothing while it is told again.
    pub revocation: Option<Revocation>,
    /// Why the app did not confirm the last time: a stable code, or nothing.
    pub code: String,
    /// What a person can do in the app itself, as its manifest says; or nothing.
    pub advice: String,
    /// How often the app was told.
    pub tries: u32,
    /// When it is told next, while it is.
    pub next_try_at: OffsetDateTime,
    /// Secrets that were destroyed.
    pub secrets_destroyed: u32,
    /// Proposals that were revoked with it.
    pub proposals_revoked: u32,
    /// The entry of the audit log that tells of the destruction, for who may read it: its proof is the signed receipt.
    pub entry: Option<AuditEntryId>,
    /// The present.
    pub now: OffsetDateTime,
}

impl askama::filters::HtmlSafe for Receipt {}

impl Receipt {
    pub(super) const fn tone(&self) -> Tone {
        match self.revocation {
            Some(Revocation::Confirmed | Revocation::NothingToRevoke) => Tone::Ok,
            Some(Revocation::NotConfirmed | Revocation::NotPossible) => Tone::Warn,
            None => Tone::Mute,
        }
    }

    pub(super) const fn label(&self) -> &'static str {
        match self.revocation {
            Some(Revocation::Confirmed) => "Confirmed",
            Some(Revocation::NotConfirmed) => "Not confirmed",
            Some(Revocation::NotPossible) => "Not possible",
            Some(Revocation::NothingToRevoke) => "Nothing to revoke",
            None => "Being told",
        }
    }

    fn told(&self) -> String {
        if let Some(Revocation::NotPossible | Revocation::NothingToRevoke) = self.revocation {
            return "not at all".to_owned();
        }
        match self.tries {
            0 => "not yet".to_owned(),
            1 => "once".to_owned(),
            tries => format!("{tries} times"),
        }
    }

    fn destroyed(&self) -> String {
        match self.secrets_destroyed {
            0 => "nothing was sealed".to_owned(),
            1 => "1 sealed secret".to_owned(),
            secrets => format!("{secrets} sealed secrets"),
        }
    }

    fn revoked(&self) -> String {
        match self.proposals_revoked {
            0 => "no proposal waited".to_owned(),
            1 => "1 proposal".to_owned(),
            proposals => format!("{proposals} proposals"),
        }
    }

    /// What the app said, in a sentence.
    fn said(&self) -> String {
        let app = &self.app;
        match self.revocation {
            Some(Revocation::Confirmed) if self.advice.is_empty() => {
                format!("{app} confirmed that it revoked the access.")
            }
            Some(Revocation::Confirmed) => {
                format!("{app} confirmed that it ended the token. {}", self.advice)
            }
            Some(Revocation::NotConfirmed) => {
                let told = format!(
                    "{app} did not confirm that it revoked the access ({}). End it in the settings of {app} as well. {}",
                    self.code, self.advice
                );
                told.trim_end().to_owned()
            }
            Some(Revocation::NotPossible) if self.advice.is_empty() => format!(
                "{app} has no way to be told. End the access in the settings of {app} as well."
            ),
            Some(Revocation::NotPossible) => {
                format!("{app} has no way to be told. {}", self.advice)
            }
            Some(Revocation::NothingToRevoke) if self.advice.is_empty() => {
                format!("{app} had given no token.")
            }
            Some(Revocation::NothingToRevoke) => {
                format!("{app} had given no token. {}", self.advice)
            }
            None if self.code.is_empty() => format!("{app} is being told."),
            None => format!(
                "{app} did not answer yet ({}), and is told again. The tokens are kept for that alone, and destroyed then in any case.",
                self.code
            ),
        }
    }
}
