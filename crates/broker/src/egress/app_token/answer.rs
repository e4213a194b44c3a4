use std::collections::BTreeMap;
use std::fmt;

use kernel::Secret;
use manifest::InstallationTokenRule;
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{AppToken, AppTokenError, Wanted};
use crate::egress::EgressError;
use crate::egress::filter::{Sieve, filter};

/// The longest token, in bytes. Its form is the provider's own: nobody looks into it.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// The most permissions that are read.
const MAX_PERMISSIONS: usize = 500;

/// What came: whether it is what was wanted is another question.
pub(super) struct Came {
    pub(super) token: AppToken,
    pub(super) is_more: bool,
}

/// Reads a token out of an answer, and compares what it holds with what was wanted.
pub(super) fn read(
    (status, body): (u16, &[u8]),
    rule: &InstallationTokenRule,
    wanted: &Wanted,
) -> Result<Came, AppTokenError> {
    let sieve = Sieve {
        tree: &rule.tree,
        mark: None,
        max_text_bytes: MAX_TOKEN_BYTES,
    };
    let malformed = || AppTokenError::Egress(EgressError::Malformed { status });
    let mut kept = filter(body, sieve).map_err(|_| malformed())?;
    let holds = permissions(body, &rule.permissions).ok_or_else(malformed)?;
    let narrowed = wanted.narrowed.as_ref().zip(rule.narrow.as_ref());
    let is_other = narrowed.is_some_and(|(wanted, rule)| {
        // A name that is none counts as well.
        let told: Vec<Option<&str>> = rule
            .told
            .all(&kept)
            .into_iter()
            .map(Value::as_str)
            .collect();
        // Names of repositories are the same in any case.
        !matches!(told[..], [Some(one)] if one.eq_ignore_ascii_case(&wanted.told))
    });
    let is_more = |(name, level): (&String, &String)| {
        let asked = wanted.permissions.get(name).map(String::as_str);
        asked != Some(level) && !(asked == Some("write") && level == "read")
    };
    let expires_at = rule.expires_at.get(&kept).and_then(Value::as_str);
    let expires_at = expires_at.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    let token = match rule.token.get_mut(&mut kept).map(Value::take) {
        Some(Value::String(token)) if !token.is_empty() => Secret::new(token),
        _ => return Err(AppTokenError::NoToken),
    };
    Ok(Came {
        is_more: is_other || holds.iter().any(is_more),
        token: AppToken {
            token,
            expires_at,
            holds: holds
                .iter()
                .map(|(name, level)| format!("{name}:{level}"))
                .collect(),
        },
    })
}

/// What stands in the member of that name, whatever its members are called; nothing else of the answer is built.
fn permissions(body: &[u8], name: &str) -> Option<BTreeMap<String, String>> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let found = reader.deserialize_map(Member(name)).ok().flatten()?;
    (found.len() <= MAX_PERMISSIONS).then_some(found)
}

struct Member<'a>(&'a str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<BTreeMap<String, String>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if key == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}
