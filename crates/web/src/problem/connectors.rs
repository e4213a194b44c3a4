use connectors::{AddConnectionError, NewConnectionError};

use super::{Problem, kind};
use crate::scan::StartScanError;

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
