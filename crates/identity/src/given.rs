use std::fmt;

use kernel::RoleId;

use crate::{Standing, StandingError};

/// What somebody is given in an organisation: a built-in role with its level, or one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// A built-in role.
    Standing(Standing),
    /// A role that the organisation made, which says its level itself.
    Custom(RoleId),
}

impl Given {
    /// Reads `ADMIN-80` or a role's identifier, the value of a form's choice.
    pub fn parse(text: &str) -> Result<Self, StandingError> {
        let custom = text.parse().map(Self::Custom);
        custom.or_else(|_| Standing::parse(text).map(Self::Standing))
    }

    /// Role and level, where it says them.
    pub(crate) fn standing(self) -> (Option<&'static str>, Option<i32>) {
        match self {
            Self::Standing(one) => (Some(one.role().as_str()), Some(one.level())),
            Self::Custom(_) => (None, None),
        }
    }

    /// The role of the organisation's own.
    pub(crate) const fn custom(self) -> Option<RoleId> {
        match self {
            Self::Standing(_) => None,
            Self::Custom(role) => Some(role),
        }
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standing(standing) => standing.fmt(f),
            Self::Custom(role) => role.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_choice_is_a_standing_or_a_role() {
        for text in ["ADMIN-80", "REVIEWER-20", "rol_01jd6w3z9m4q8v7t2y5x0n1k3c"] {
            assert_eq!(Given::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "ADMIN", "OWNER-80", "usr_01jd6w3z9m4q8v7t2y5x0n1k3c"] {
            assert_eq!(Given::parse(text), Err(StandingError), "{text}");
        }
    }
}
