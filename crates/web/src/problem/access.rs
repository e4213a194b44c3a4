use access::{
    CreateApiKeyError, LintVerdict, NewAnonymousKeyError, NewApiKeyError, NewRoleError, RoleError,
    ShareError, TeamError, TeamNameError, TurnOnError,
};

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

impl From<NewRoleError> for Problem {
    fn from(error: NewRoleError) -> Self {
        let field = match &error {
            NewRoleError::Name => "name",
            NewRoleError::Level => "level",
            NewRoleError::NoPermissions | NewRoleError::UnknownPermission(_) => "permissions",
        };
        Self::new(kind::ROLE_INVALID).field(field, error.to_string())
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::Gone => Self::new(kind::NOT_FOUND),
            RoleError::Beyond => Self::new(kind::ROLE_BEYOND),
            RoleError::NameTaken => {
                Self::new(kind::ROLE_NAME_TAKEN).field("name", error.to_string())
            }
            RoleError::TooMany => Self::new(kind::ROLE_INVALID).saying(format!("{error}.")),
            RoleError::Database(error) => error.into(),
        }
    }
}

impl From<TeamNameError> for Problem {
    fn from(error: TeamNameError) -> Self {
        Self::new(kind::TEAM_INVALID).field("name", error.to_string())
    }
}

impl From<TeamError> for Problem {
    fn from(error: TeamError) -> Self {
        match error {
            TeamError::Gone => Self::new(kind::NOT_FOUND),
            TeamError::Nobody => Self::new(kind::TEAM_INVALID).field("user", error.to_string()),
            TeamError::Provisioned => Self::new(kind::TEAM_PROVISIONED),
            TeamError::Beyond => Self::new(kind::TEAM_BEYOND),
            TeamError::NameTaken => {
                Self::new(kind::TEAM_NAME_TAKEN).field("name", error.to_string())
            }
            TeamError::TooMany => Self::new(kind::TEAM_INVALID).saying(format!("{error}.")),
            TeamError::Database(error) => error.into(),
        }
    }
}

impl From<ShareError> for Problem {
    fn from(error: ShareError) -> Self {
        match error {
            ShareError::Gone => Self::new(kind::NOT_FOUND),
            ShareError::Beyond => Self::new(kind::GRANT_BEYOND),
            ShareError::Nobody => Self::new(kind::GRANT_INVALID).field("to", error.to_string()),
            ShareError::Access => Self::new(kind::GRANT_INVALID).field("access", error.to_string()),
            ShareError::TooMany => Self::new(kind::GRANT_INVALID).saying(format!("{error}.")),
            ShareError::Database(error) => error.into(),
        }
    }
}
