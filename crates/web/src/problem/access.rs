use access::{CreateApiKeyError, NewApiKeyError};

use super::{Problem, kind};

impl From<NewApiKeyError> for Problem {
    fn from(error: NewApiKeyError) -> Self {
        let field = match &error {
            NewApiKeyError::Name => "name",
            NewApiKeyError::NoScopes
            | NewApiKeyError::UnknownScope(_)
            | NewApiKeyError::NeedsPerson(_)
            | NewApiKeyError::PeopleOnly(_) => "scopes",
            NewApiKeyError::Lifetime => "expires_in_days",
        };
        Self::new(kind::KEY_INVALID).field(field, error.to_string())
    }
}

impl From<CreateApiKeyError> for Problem {
    fn from(error: CreateApiKeyError) -> Self {
        match error {
            CreateApiKeyError::Forbidden => Self::new(kind::KEY_BEYOND_MAKER),
            CreateApiKeyError::Database(error) => error.into(),
        }
    }
}
