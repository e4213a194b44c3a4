/// What a team is called: 1 to 60 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamName(String);

/// No name, or over 60 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give the team a name of 1 to 60 characters")]
pub struct TeamNameError;

const MAX_CHARACTERS: usize = 60;

impl TeamName {
    /// Checks what was typed.
    pub fn parse(text: &str) -> Result<Self, TeamNameError> {
        let name = text.trim();
        let length = name.chars().count();
        if length == 0 || length > MAX_CHARACTERS || name.chars().any(char::is_control) {
            return Err(TeamNameError);
        }
        Ok(Self(name.to_owned()))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_60_characters_that_can_be_seen() {
        assert_eq!(TeamName::parse(" Support ").unwrap().as_str(), "Support");
        assert!(TeamName::parse(&"ä".repeat(60)).is_ok());
        for wrong in ["", "  ", "a\u{7}", &"a".repeat(61)] {
            assert_eq!(TeamName::parse(wrong), Err(TeamNameError), "{wrong:?}");
        }
    }
}
