use kernel::Secret;

/// A password that is long enough, and not yet known to be hard to guess.
#[derive(Debug)]
pub struct NewPassword(Secret<String>);

/// Why a password may not be set. The texts stand beside the form's field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Under 10 characters.
    #[error("use at least 10 characters")]
    TooShort,
    /// Over 200 bytes: nobody types that, and hashing it costs.
    #[error("use at most 200 characters")]
    TooLong,
    /// zxcvbn puts it under 3 of 4.
    #[error("this one is too easy to guess: {0}")]
    Guessable(String),
}

const MIN_CHARACTERS: usize = 10;
const MAX_BYTES: usize = 200;
/// zxcvbn's time grows steeply with length, and 64 characters that are hard to guess are enough.
const ESTIMATED_CHARACTERS: usize = 64;

impl NewPassword {
    /// Checks the length.
    pub fn parse(text: Secret<String>) -> Result<Self, PasswordError> {
        if text.expose().chars().count() < MIN_CHARACTERS {
            return Err(PasswordError::TooShort);
        }
        if text.expose().len() > MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        Ok(Self(text))
    }

    /// The password, for the hash, if it is hard to guess. `about` are words that the person is
    /// likely to use: the own name, address and organisation. Takes up to a tenth of a second of
    /// computing: for [`crate::HashPool`] alone.
    pub(crate) fn judge(self, about: &[&str]) -> Result<Secret<String>, PasswordError> {
        let start: Secret<String> =
            Secret::new(self.0.expose().chars().take(ESTIMATED_CHARACTERS).collect());
        let estimate = zxcvbn::zxcvbn(start.expose(), about);
        if estimate.score() < zxcvbn::Score::Three {
            let why = estimate
                .feedback()
                .and_then(|feedback| feedback.warning().map(|warning| warning.to_string()))
                .unwrap_or_else(|| "put a few unrelated words together".to_owned());
            return Err(PasswordError::Guessable(why));
        }
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Secret<String>, PasswordError> {
        let password = NewPassword::parse(Secret::new(text.to_owned()))?;
        password.judge(&["ada", "ada@example.com", "Analytical"])
    }

    #[test]
    fn short_long_common_and_personal_passwords_are_refused() {
        assert_eq!(parse("k7#Wq").unwrap_err(), PasswordError::TooShort);
        assert_eq!(
            parse(&"x9".repeat(101)).unwrap_err(),
            PasswordError::TooLong
        );
        assert!(matches!(
            parse("password123").unwrap_err(),
            PasswordError::Guessable(_)
        ));
        assert!(matches!(
            parse("ada@example.com").unwrap_err(),
            PasswordError::Guessable(_)
        ));
        assert!(parse("correct horse battery staple").is_ok());
    }
}
