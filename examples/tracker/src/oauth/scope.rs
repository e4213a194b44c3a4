use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One right that a person can give to an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// `issues:read`
    IssuesRead,
    /// `issues:write`
    IssuesWrite,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 2] = [Self::IssuesRead, Self::IssuesWrite];

    /// The name in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IssuesRead => "issues:read",
            Self::IssuesWrite => "issues:write",
        }
    }

    /// What it allows, as the person who is asked reads it.
    pub(crate) const fn in_words(self) -> (&'static str, &'static str) {
        match self {
            Self::IssuesRead => (
                "See issues and their history",
                "States, people, labels and dates; also titles, descriptions and comments.",
            ),
            Self::IssuesWrite => (
                "Create issues in your name",
                "It cannot change or delete issues that exist.",
            ),
        }
    }
}

/// A set of scopes; in text divided by spaces (RFC 6749 3.3).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(BTreeSet<Scope>);

/// A text names a scope that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope of this name; there are issues:read and issues:write")]
pub struct UnknownScope;

impl Scopes {
    /// Whether the set holds `scope`.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether everything in the set is also in `other`.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes in a stable order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split_ascii_whitespace()
            .map(|name| Scope::ALL.into_iter().find(|scope| scope.name() == name))
            .collect::<Option<_>>()
            .map(Self)
            .ok_or(UnknownScope)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.name())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Scopes {
    type Error = UnknownScope;

    fn try_from(text: String) -> Result<Self, UnknownScope> {
        text.parse()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set_and_unknown_ones_are_refused() {
        let scopes: Scopes = "issues:write issues:read issues:write".parse().unwrap();
        assert_eq!(scopes.to_string(), "issues:read issues:write");
        assert_eq!("issues:read admin".parse::<Scopes>(), Err(UnknownScope));
        assert!("".parse::<Scopes>().unwrap().is_empty());
    }
}
