use axum::http::{HeaderMap, header};
use url::form_urlencoded;

/// The parameters of an OAuth2 request, from its query or its form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

/// A parameter was sent twice (RFC 6749 3.1 and 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} was sent more than once")]
pub(crate) struct Repeated(pub(crate) &'static str);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text. A parameter without a value counts as not
    /// sent (RFC 6749 3.1).
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes).filter(|(_, value)| !value.is_empty());
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The value of `name`, where it was sent.
    ///
    /// # Errors
    /// [`Repeated`]: which of the values would count is anybody's guess.
    pub(crate) fn one(&self, name: &'static str) -> Result<Option<&str>, Repeated> {
        let mut values = self.0.iter().filter(|(own, _)| own == name);
        let value = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            Err(Repeated(name))
        } else {
            Ok(value)
        }
    }

    /// Those whose name is one of `names`, as they were sent.
    pub(crate) fn of(&self, names: &[&str]) -> Vec<(&str, &str)> {
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, _)| names.contains(name)).collect()
    }
}

/// Whether a body says that it is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| {
            kind.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_counts_when_it_was_sent_once_with_a_value() {
        let parameters = Parameters::parse(b"a=1&b=&c=x+y%2Fz&a=1");
        assert_eq!(parameters.one("a"), Err(Repeated("a")));
        assert_eq!(parameters.one("b"), Ok(None));
        assert_eq!(parameters.one("c"), Ok(Some("x y/z")));
    }
}
