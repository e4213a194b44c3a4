use connectors::{AddConnectionError, NewConnectionError};

use super::{Problem, kind};
use crate::scan::{GoOnError, StartScanError};

impl From<StartScanError> for Problem {
    fn from(error: StartScanError) -> Self {
        match error {
            StartScanError::NotScannable(_) => Self::new(kind::NO_SCAN).saying(error.to_string()),
            StartScanError::Asked(wrong) => Self::new(kind::SCAN_INVALID).saying(wrong),
            StartScanError::Lacking(_) => {
                Self::new(kind::ACCESS_FORBIDDEN).saying(error.to_string())
            }
            StartScanError::Database(error) => error.into(),
        }
    }
}

impl From<GoOnError> for Problem {
    fn from(error: GoOnError) -> Self {
        match error {
            GoOnError::Runs => {
                Self::new(kind::NO_SCAN).saying("The scan runs already: it goes on by itself.")
            }
            GoOnError::NotScannable(_) => Self::new(kind::NO_SCAN).saying(error.to_string()),
            GoOnError::Lacking(_) => Self::new(kind::ACCESS_FORBIDDEN).saying(error.to_string()),
            GoOnError::Database(error) => error.into(),
        }
    }
}

impl From<NewConnectionError> for Problem {
    fn from(error: NewConnectionError) -> Self {
        let field = match &error {
            NewConnectionError::Name => "name",
            NewConnectionError::Instance(_) | NewConnectionError::NoInstance => "instance",
            NewConnectionError::NoOperations(_) => "purpose",
        };
        Self::new(kind::CONNECTION_INVALID).field(field, error.to_string())
    }
}

impl From<AddConnectionError> for Problem {
    fn from(error: AddConnectionError) -> Self {
        match error {
            AddConnectionError::Forbidden => Self::new(kind::ACCESS_FORBIDDEN),
            AddConnectionError::Database(error) => error.into(),
        }
    }
}
