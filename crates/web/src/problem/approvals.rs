use approvals::{DecideError, NoteError, RevokeError};

use super::{Problem, kind};

impl From<NoteError> for Problem {
    fn from(error: NoteError) -> Self {
        Self::new(kind::APPROVAL_NOTE).field("note", error.to_string())
    }
}

impl From<DecideError> for Problem {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotWaiting => Self::new(kind::APPROVAL_NOT_WAITING),
            DecideError::OtherPayload => Self::new(kind::APPROVAL_OTHER_PAYLOAD),
            DecideError::FourEyes => Self::new(kind::APPROVAL_FOUR_EYES),
            DecideError::Twice => Self::new(kind::APPROVAL_DECIDED_TWICE),
            DecideError::Forbidden => Self::new(kind::APPROVAL_PEOPLE_ONLY),
            DecideError::Database(error) => error.into(),
        }
    }
}

impl From<RevokeError> for Problem {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::TooLate => Self::new(kind::APPROVAL_NOT_WAITING),
            RevokeError::Forbidden => Self::new(kind::APPROVAL_NOT_YOURS),
            RevokeError::Database(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_reason_not_to_decide_has_a_code_of_its_own() {
        let errors = [
            DecideError::NotWaiting,
            DecideError::OtherPayload,
            DecideError::FourEyes,
            DecideError::Twice,
            DecideError::Forbidden,
            DecideError::Database(db::Error::Exists),
        ];
        let count = errors.len();
        let codes: BTreeSet<&str> = errors
            .into_iter()
            .map(|error| Problem::from(error).kind().code)
            .collect();
        assert_eq!(codes.len(), count);
    }
}
