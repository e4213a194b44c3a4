/// A role in an organisation (AC-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Owns it; level 100, and nobody else has that.
    Owner,
    /// Runs it.
    Admin,
    /// Works in it.
    Participant,
    /// Looks at what is up for review.
    Reviewer,
}

/// A role with a level that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    role: Role,
    level: i32,
}

/// Role and level do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this role does not go with this level")]
pub struct StandingError;

impl Role {
    /// All of them, the highest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Participant, Self::Reviewer];

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Admin => "ADMIN",
            Self::Participant => "PARTICIPANT",
            Self::Reviewer => "REVIEWER",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Levels that go with it, the highest first.
    pub const fn levels(self) -> &'static [i32] {
        match self {
            Self::Owner => &[100],
            Self::Admin => &[80],
            Self::Participant => &[60, 40, 30, 20],
            // What a reviewer holds is the same at any level: it only says who may change whom.
            Self::Reviewer => &[20],
        }
    }
}

impl Standing {
    /// Every one there is, the highest first.
    pub fn all() -> impl Iterator<Item = Self> {
        Role::ALL.into_iter().flat_map(|role| {
            role.levels().iter().map(move |level| Self {
                role,
                level: *level,
            })
        })
    }

    /// A role and a level that go together.
    pub fn new(role: &str, level: i32) -> Result<Self, StandingError> {
        let role = Role::parse(role).ok_or(StandingError)?;
        if role.levels().contains(&level) {
            Ok(Self { role, level })
        } else {
            Err(StandingError)
        }
    }

    /// Reads `ADMIN-80`, the value of a form's choice.
    pub fn parse(text: &str) -> Result<Self, StandingError> {
        let (role, level) = text.split_once('-').ok_or(StandingError)?;
        Self::new(role, level.parse().map_err(|_| StandingError)?)
    }

    /// The role.
    pub const fn role(self) -> Role {
        self.role
    }

    /// The level, 20 to 100.
    pub const fn level(self) -> i32 {
        self.level
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.role.as_str(), self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_owner_has_level_100() {
        for standing in Standing::all() {
            assert_eq!(standing.role() == Role::Owner, standing.level() == 100);
            assert_eq!(Standing::parse(&standing.to_string()), Ok(standing));
        }
        for text in [
            "ADMIN-100",
            "OWNER-80",
            "REVIEWER-80",
            "admin-80",
            "ADMIN",
            "ADMIN-x",
        ] {
            assert_eq!(Standing::parse(text), Err(StandingError), "{text}");
        }
    }
}
