use std::fmt;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scope's credential is unknown, ended, expired or revoked.
    #[error("not signed in, or not any more")]
    Unauthenticated,
    /// The scope is a session that owes its second factor.
    #[error("a second factor is due")]
    SecondFactorDue,
    /// The scope is a session that binds no organisation: its person is in none, or theirs lets its members in by its
    /// own provider alone, which did not begin the session.
    #[error("the session reaches no organisation")]
    NoOrganisation,
    /// A policy or grant of the database does not allow it.
    #[error("the database does not allow it")]
    Forbidden,
    /// A rule held by a trigger or definer function says no.
    #[error("refused by the rule: {0}")]
    Refused(Refusal),
    /// A value that must be unique stands there already.
    #[error("it exists already")]
    Exists,
    /// No connection was to be had: the server is busy, or away.
    #[error("the database cannot be reached at the moment")]
    Unavailable(#[source] sqlx::Error),
    /// Everything else: a defect of ours.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

/// Rules that the schema holds, by their SQLSTATE (see `migrations/`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// CS002: another sequencer was faster.
    Sequenced,
    /// CS003: the state machine of proposals.
    Transition,
    /// CS004: a decision about what waits no more.
    NotWaiting,
    /// CS005: what was shown is not what is proposed.
    OtherPayload,
    /// CS006: four eyes are asked for.
    FourEyes,
    /// CS008: who it is was not proven lately.
    NotRecent,
    /// CS009: whoever asks for a second factor has one.
    NoFactor,
    /// CS010: a second factor is there, and a password is no proof.
    FactorIsProof,
    /// CS011: the session is an organisation's, and this is the account's.
    NotOwn,
    /// CS020: pages of this origin may not use the key.
    Origin,
    /// CS021: closed while row level security is not shown to hold.
    Closed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sequenced => "another sequencer was faster",
            Self::Transition => "the proposal's state does not allow it",
            Self::NotWaiting => "the proposal does not wait any more",
            Self::OtherPayload => "what was shown is not what is proposed",
            Self::FourEyes => "somebody else must approve",
            Self::NotRecent => "who it is must be proven again",
            Self::NoFactor => "a second factor must be set up first",
            Self::FactorIsProof => "the second factor is the proof",
            Self::NotOwn => "the session is an organisation's, and this is the account's",
            Self::Origin => "pages of this origin may not use the key",
            Self::Closed => "it is closed while the linter has a finding",
        })
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .map(std::borrow::Cow::into_owned);
        match code.as_deref() {
            Some("CS001") => Self::Unauthenticated,
            Some("CS002") => Self::Refused(Refusal::Sequenced),
            Some("CS003") => Self::Refused(Refusal::Transition),
            Some("CS004") => Self::Refused(Refusal::NotWaiting),
            Some("CS005") => Self::Refused(Refusal::OtherPayload),
            Some("CS006") => Self::Refused(Refusal::FourEyes),
            Some("CS007") => Self::SecondFactorDue,
            Some("CS008") => Self::Refused(Refusal::NotRecent),
            Some("CS009") => Self::Refused(Refusal::NoFactor),
            Some("CS010") => Self::Refused(Refusal::FactorIsProof),
            Some("CS011") => Self::Refused(Refusal::NotOwn),
            Some("CS023") => Self::NoOrganisation,
            Some("CS020") => Self::Refused(Refusal::Origin),
            Some("CS021") => Self::Refused(Refusal::Closed),
            // insufficient_privilege: a grant, or a policy's WITH CHECK.
            Some("42501") => Self::Forbidden,
            // unique_violation
            Some("23505") => Self::Exists,
            _ if is_away(&error) => Self::Unavailable(error),
            _ => Self::Database(error),
        }
    }
}

fn is_away(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)
    )
}
