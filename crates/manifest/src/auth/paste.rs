use super::CredentialClass;
use crate::value::Pattern;

/// What people paste.
#[derive(Debug)]
pub struct PasteRule {
    /// Its class; never OAuth 2.
    pub class: CredentialClass,
    /// What the app calls it: `Personal access token`.
    pub label: String,
    /// Where people find it, in words.
    pub place: String,
    /// What the app calls its user, for the class that has one.
    pub user_label: Option<String>,
    /// The read that shows that it works.
    pub verify: String,
    pub(crate) pattern: Pattern,
}

/// What is wrong with something that was pasted. No variant holds a piece of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PastedProblem {
    /// Nothing was.
    #[error("paste it here")]
    Empty,
    /// It does not look like one.
    #[error("it does not look like one: copy the whole of it, and nothing else")]
    Form,
    /// A user where there is none, none where there is one, or one that cannot be (RFC 7617 2).
    #[error("write the user that the password or token belongs to, without a colon")]
    User,
}

/// The longest that is taken, in bytes, and the longest user.
const MAX_BYTES: usize = 4096;
const MAX_USER_BYTES: usize = 300;

impl PasteRule {
    /// Checks what was pasted, before the app is asked.
    ///
    /// # Errors
    /// [`PastedProblem`], the first that there is.
    pub fn check(&self, user: Option<&str>, text: &str) -> Result<(), PastedProblem> {
        if text.is_empty() {
            return Err(PastedProblem::Empty);
        }
        let is_plain = text.len() <= MAX_BYTES && !text.chars().any(char::is_control);
        if !is_plain || !self.pattern.matches(text) {
            return Err(PastedProblem::Form);
        }
        match (self.class.has_user(), user) {
            (true, Some(user)) if is_user(user) => Ok(()),
            (true, _) | (_, Some(_)) => Err(PastedProblem::User),
            (false, None) => Ok(()),
        }
    }
}

/// RFC 7617 2: a user has no colon, and neither part has a control character.
fn is_user(user: &str) -> bool {
    (1..=MAX_USER_BYTES).contains(&user.len())
        && !user.contains(':')
        && !user.chars().any(char::is_control)
}
