use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What came of telling an app that a connection has ended (RFC 7009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// It said that its tokens are good for nothing any more.
    Confirmed,
    /// It did not say so, however often it was told.
    NotConfirmed,
    /// It has no way to be told.
    NotPossible,
    /// There was no token.
    NothingToRevoke,
}

/// Not the stored form of a [`Revocation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not what can come of telling an app")]
pub struct RevocationError;

impl Revocation {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::NotConfirmed => "not_confirmed",
            Self::NotPossible => "not_possible",
            Self::NothingToRevoke => "nothing_to_revoke",
        }
    }
}

impl FromStr for Revocation {
    type Err = RevocationError;

    fn from_str(text: &str) -> Result<Self, RevocationError> {
        [
            Self::Confirmed,
            Self::NotConfirmed,
            Self::NotPossible,
            Self::NothingToRevoke,
        ]
        .into_iter()
        .find(|one| one.as_str() == text)
        .ok_or(RevocationError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_reads_back() {
        for one in [
            "confirmed",
            "not_confirmed",
            "not_possible",
            "nothing_to_revoke",
        ] {
            let read: Revocation = one.parse().unwrap();
            assert_eq!(read.as_str(), one);
        }
        assert!("sure".parse::<Revocation>().is_err());
    }
}
