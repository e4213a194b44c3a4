use super::ResponseError;
use crate::xml::{Element, attribute, children, is, names, text};

/// What an assertion says of a person, by the names that providers give it.
#[derive(Debug)]
pub(super) struct Attributes(Vec<(String, Vec<String>)>);

const MAIL: [&str; 5] = [
    "mail",
    "email",
    "emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
];
const DISPLAY_NAME: [&str; 6] = [
    "displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "cn",
    "urn:oid:2.5.4.3",
    "name",
];
const GIVEN_NAME: [&str; 4] = [
    "givenname",
    "firstname",
    "urn:oid:2.5.4.42",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
];
const SURNAME: [&str; 5] = [
    "sn",
    "surname",
    "lastname",
    "urn:oid:2.5.4.4",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
];

impl Attributes {
    /// Reads all of them. A value that is no text says nothing.
    pub(super) fn read(assertion: Element<'_, '_>) -> Result<Self, ResponseError> {
        children(assertion)
            .filter(|it| is(*it, names::ASSERTION, "AttributeStatement"))
            .flat_map(children)
            .filter(|it| is(*it, names::ASSERTION, "Attribute"))
            .map(|it| {
                let name = attribute(it, "Name").ok_or(ResponseError::Malformed)?;
                let values = children(it)
                    .filter(|value| is(*value, names::ASSERTION, "AttributeValue"))
                    .filter_map(text)
                    .map(|value| value.trim().to_owned())
                    .filter(|value| !value.is_empty() && !value.chars().any(char::is_control));
                Ok((name.to_ascii_lowercase(), values.collect()))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// None where there are several: which of them is the person's own is not for us to guess.
    pub(super) fn mail(&self) -> Option<String> {
        self.single(&MAIL)
    }

    pub(super) fn display_name(&self) -> Option<String> {
        self.single(&DISPLAY_NAME).or_else(|| {
            let parts = [self.single(&GIVEN_NAME)?, self.single(&SURNAME)?];
            Some(parts.join(" "))
        })
    }

    /// The value of the first name that has any.
    fn single(&self, names: &[&str]) -> Option<String> {
        let mut all = names
            .iter()
            .map(|name| self.values(name).collect::<Vec<_>>())
            .find(|values| !values.is_empty())?;
        all.dedup();
        match all.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a String> {
        self.0
            .iter()
            .filter(move |(known, _)| known == name)
            .flat_map(|(_, values)| values)
    }
}
