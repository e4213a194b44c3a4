use insight::{NewLogError, SaveError};

use super::{Problem, kind};

impl From<NewLogError> for Problem {
    fn from(error: NewLogError) -> Self {
        Self::new(kind::LOG_INVALID).field("name", error.to_string())
    }
}

impl From<SaveError> for Problem {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::NotReading => Self::new(kind::LOG_NOT_READING),
            SaveError::Quota => Self::new(kind::LOG_QUOTA),
            SaveError::Statistics(error) => Self::new(kind::INTERNAL).because(error.to_string()),
            SaveError::Database(error) => error.into(),
        }
    }
}
