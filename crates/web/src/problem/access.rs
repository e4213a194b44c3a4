use access::{CreateApiKeyError, LintVerdict, NewAnonymousKeyError, NewApiKeyError, TurnOnError};

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

impl From<NewAnonymousKeyError> for Problem {
    fn from(error: NewAnonymousKeyError) -> Self {
        match error {
            NewAnonymousKeyError::Key(error) => error.into(),
            NewAnonymousKeyError::Origins | NewAnonymousKeyError::Origin(_) => {
                Self::new(kind::KEY_INVALID).field("origins", error.to_string())
            }
        }
    }
}

impl From<TurnOnError> for Problem {
    fn from(error: TurnOnError) -> Self {
        match error {
            TurnOnError::Lint(LintVerdict::Found) => Self::new(kind::ANONYMOUS_NOT_OPENED)
                .saying("The linter of row level security has a finding: countersign lint-db tells it to whoever runs this server."),
            TurnOnError::Lint(_) => Self::new(kind::ANONYMOUS_NOT_OPENED)
                .saying("The linter of row level security has not looked within 15 minutes: whoever runs this server runs countersign verify."),
            TurnOnError::Database(error) => error.into(),
        }
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
