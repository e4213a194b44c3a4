use kernel::{ConnectionId, FileId, PasskeyId, ProposalId, Revocation, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    Attack, DomainState, Failure, HeldMail, IssuerFinished, PasskeyAsked, ReadAnswer, SecretText,
    ShownRequest, Tried,
};

/// What came of a call.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "snake_case")]
pub enum Answer {
    /// Send the person there.
    Authorize {
        /// The app's page, with client, scopes, state and challenge.
        url: String,
    },
    /// The connection works.
    Connected {
        /// Which.
        connection: ConnectionId,
    },
    /// The fields that the manifest keeps, and nothing else.
    Read(Box<ReadAnswer>),
    /// A proposal waits.
    Proposed {
        /// Which.
        proposal: ProposalId,
        /// SHA-256 of the canonical request, in hexadecimal.
        payload_hash: String,
        /// Until when.
        #[serde(with = "time::serde::rfc3339")]
        expires_at: OffsetDateTime,
    },
    /// What would leave.
    Shown(Box<ShownRequest>),
    /// What was found.
    Found {
        /// The last proposed first, a hundred at most.
        proposals: Vec<ProposalId>,
    },
    /// The connection has ended.
    Disconnected {
        /// What the app said; nothing while it is told again.
        revocation: Option<Revocation>,
    },
    /// So many connections have ended. The apps are told, and what was sealed is destroyed, one after the other.
    DisconnectedAll {
        /// How many.
        connections: u32,
    },
    /// A key waits for its first code.
    AuthenticatorBegun {
        /// In base 32, to be shown once.
        key: SecretText,
    },
    /// A code was tried.
    Tried(Tried),
    /// Ask an authenticator this.
    PasskeyAsked(Box<PasskeyAsked>),
    /// The passkey is kept.
    PasskeyAdded {
        /// Which.
        passkey: PasskeyId,
    },
    /// The passkey was right.
    PasskeyGiven,
    /// The session has begun.
    SignedInByPasskey {
        /// Whose.
        person: UserId,
    },
    /// An issuer has spoken.
    IssuerFinished(IssuerFinished),
    /// A signed access token (RFC 9068).
    AccessToken {
        /// All of it.
        token: SecretText,
    },
    /// The log waits for this file: its pieces may come.
    FileBegun,
    /// The file is kept, whole.
    FileKept {
        /// Which.
        file: FileId,
    },
    /// The file opens. Its bytes follow.
    FileOpened {
        /// So many.
        length_bytes: u64,
    },
    /// What the self-test found.
    SelfTested {
        /// Each attack, with what became of it.
        attacks: Vec<Attack>,
    },
    /// The mails that are held.
    Held {
        /// Newest first.
        mails: Vec<HeldMail>,
    },
    /// The secret is kept.
    SecretKept,
    /// What DNS said.
    DomainChecked(DomainState),
    /// It was not done.
    Failed(Failure),
}
