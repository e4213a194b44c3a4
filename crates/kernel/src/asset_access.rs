use std::fmt;
use std::str::FromStr;

/// What somebody may do with a single thing, such as a connection, as far as their permissions go
/// (AC-05). Each holds what comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssetAccess {
    /// Nothing.
    None,
    /// See that it is there, how it stands and what it did.
    View,
    /// Use and change it as well, and see what was sent through it.
    Edit,
}

/// Not `none`, `view` or `edit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("choose one of none, view and edit")]
pub struct AssetAccessError;

impl AssetAccess {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::View => "view",
            Self::Edit => "edit",
        }
    }
}

impl FromStr for AssetAccess {
    type Err = AssetAccessError;

    fn from_str(text: &str) -> Result<Self, AssetAccessError> {
        [Self::None, Self::View, Self::Edit]
            .into_iter()
            .find(|access| access.as_str() == text)
            .ok_or(AssetAccessError)
    }
}

impl fmt::Display for AssetAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_holds_what_comes_before_it() {
        let mut last = None;
        for text in ["none", "view", "edit"] {
            let access: AssetAccess = text.parse().unwrap();
            assert_eq!(access.to_string(), text);
            assert!(last < Some(access));
            last = Some(access);
        }
        assert_eq!("Edit".parse::<AssetAccess>(), Err(AssetAccessError));
    }
}
