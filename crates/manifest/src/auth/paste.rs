use time::OffsetDateTime;

use super::CredentialClass;
use crate::value::Pattern;
use crate::value::moment::read as read_moment;

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
    /// What answers say of it; `None` where they say nothing.
    pub told: Option<ToldRule>,
    pub(crate) pattern: Pattern,
}

/// Where answers say something of the credential that the request had.
#[derive(Debug)]
pub struct ToldRule {
    pub(crate) expires: Option<String>,
    pub(crate) scopes: Option<String>,
    pub(crate) scope_separator: char,
    /// What to tell the person whose credential has scopes.
    pub beyond: Option<String>,
}

/// What an answer said of the credential.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CredentialTold {
    /// When it ends; `None` where that was not said, or cannot be read.
    pub expires_at: Option<OffsetDateTime>,
    /// The scopes that it has.
    pub scopes: Vec<String>,
}

impl ToldRule {
    /// Reads the headers of an answer.
    pub fn read<'a>(&self, header: impl Fn(&str) -> Option<&'a str>) -> CredentialTold {
        let expires = self.expires.as_deref().and_then(&header);
        let scopes = self.scopes.as_deref().and_then(&header);
        let scopes = scopes.unwrap_or_default().split(self.scope_separator);
        CredentialTold {
            expires_at: expires.and_then(moment),
            scopes: scopes
                .map(str::trim)
                .filter(|scope| is_scope(scope))
                .take(MAX_SCOPES)
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// RFC 3339, or with spaces around the time: `2026-12-31 23:59:59 UTC`, `… +0100`.
fn moment(text: &str) -> Option<OffsetDateTime> {
    let parts: Vec<&str> = text.split(' ').collect();
    match parts[..] {
        [date, time, "UTC"] => read_moment(&format!("{date}T{time}Z")),
        [date, time, offset] => read_moment(&format!("{date}T{time}{offset}")),
        _ => read_moment(text),
    }
}

/// RFC 6749 3.3, and not longer than any is.
fn is_scope(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'!'..=b'~'))
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
/// The most scopes that are taken from a header.
const MAX_SCOPES: usize = 100;

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

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const GITHUB: ToldRule = ToldRule {
        expires: None,
        scopes: None,
        scope_separator: ',',
        beyond: None,
    };

    #[test]
    fn the_end_of_a_token_is_read_as_github_writes_it() {
        for (text, told) in [
            (
                "2026-12-31 23:59:59 UTC",
                Some(datetime!(2026-12-31 23:59:59 UTC)),
            ),
            (
                "2026-12-31 23:59:59 +0100",
                Some(datetime!(2026-12-31 22:59:59 UTC)),
            ),
            (
                "2026-12-31T23:59:59Z",
                Some(datetime!(2026-12-31 23:59:59 UTC)),
            ),
            ("", None),
            ("never", None),
            ("2026-13-31 23:59:59 UTC", None),
            ("2026-12-31 23:59:59 UTC UTC", None),
            ("2026-12-31  UTC", None),
        ] {
            let rule = ToldRule {
                expires: Some("x".to_owned()),
                ..GITHUB
            };
            assert_eq!(rule.read(|_| Some(text)).expires_at, told, "{text}");
        }
    }

    #[test]
    fn scopes_are_read_and_what_is_none_is_left_out() {
        let rule = ToldRule {
            scopes: Some("x".to_owned()),
            ..GITHUB
        };
        assert_eq!(
            rule.read(|_| Some("repo, read:org")).scopes,
            ["repo", "read:org"]
        );
        assert_eq!(rule.read(|_| None), CredentialTold::default());
        for nothing in ["", " ", ",,", "a b", "é", &"x".repeat(101)] {
            assert!(rule.read(|_| Some(nothing)).scopes.is_empty(), "{nothing}");
        }
        let many = "a,".repeat(5000);
        assert_eq!(rule.read(|_| Some(&many)).scopes.len(), MAX_SCOPES);
    }
}
