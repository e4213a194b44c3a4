use std::fmt;
use std::str::FromStr;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::Chance;

/// Why a text is no identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of the form {prefix}_ and 26 characters")]
pub struct IdError {
    prefix: &'static str,
}

/// Crockford base 32, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five.
const TEXT_LENGTH: usize = 26;

fn encode(uuid: Uuid) -> String {
    let bits = uuid.as_u128();
    (0..TEXT_LENGTH)
        .rev()
        .map(|group| char::from(ALPHABET[(bits >> (group * 5) & 31) as usize]))
        .collect()
}

fn decode(text: &str) -> Option<Uuid> {
    // The first character holds only three bits: past '7' the value would not fit.
    if text.len() != TEXT_LENGTH || text.as_bytes().first()? > &b'7' {
        return None;
    }
    let mut bits = 0_u128;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = bits << 5 | digit as u128;
    }
    Some(Uuid::from_u128(bits))
}

/// A UUIDv7 (RFC 9562 5.7) from a given moment and random bytes.
fn version_7(now: OffsetDateTime, chance: &dyn Chance) -> Uuid {
    let mut random = [0_u8; 10];
    chance.fill(&mut random);
    let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The kind in text form, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier, sortable by `now`.
            pub fn new(now: OffsetDateTime, chance: &dyn Chance) -> Self {
                Self(version_7(now, chance))
            }

            /// The form that the database keeps.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(IdError { prefix: Self::PREFIX })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A tenant.
    OrganisationId = "org";
    /// A person.
    UserId = "usr";
    /// A signed-in session of a person.
    SessionId = "ses";
    /// A role that an organisation made for itself.
    RoleId = "rol";
    /// A team of an organisation.
    TeamId = "tea";
    /// An API key of an organisation.
    ApiKeyId = "key";
    /// A service key of an organisation.
    ServiceKeyId = "svk";
    /// An anonymous key of an organisation.
    AnonymousKeyId = "ank";
    /// A look of an operator's into an organisation.
    OperatorAccessId = "opa";
    /// A passkey of a person.
    PasskeyId = "pky";
    /// What another issuer knows a person as.
    IdentityId = "idn";
    /// A mail domain of an organisation.
    DomainId = "dom";
    /// An identity provider of an organisation.
    ProviderId = "idp";
    /// What an organisation's identity provider knows a person as.
    ProviderIdentityId = "pid";
    /// What a person let an OAuth client do.
    GrantId = "grt";
    /// A connected app.
    ConnectionId = "con";
    /// A proposed write that waits for, or has had, its countersign.
    ProposalId = "apr";
    /// One call that left through the broker.
    CallId = "cal";
    /// A rotation of keys.
    RotationId = "rot";
    /// An imported or scanned event log.
    LogId = "log";
    /// A file at rest.
    FileId = "fil";
    /// A mail in the outbox.
    MailId = "mal";
    /// An invitation of an address to an organisation.
    InvitationId = "inv";
    /// A move of an account to another address, asked for.
    EmailChangeId = "emc";
    /// A unit of background work.
    JobId = "job";
    /// A line of the audit log.
    AuditEntryId = "aud";
    /// The result of one run of a control.
    EvidenceId = "evd";
    /// One request to the front, shown in its errors and logs.
    RequestId = "req";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SystemRng;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = ProposalId::new(OffsetDateTime::UNIX_EPOCH, &SystemRng);
        assert!(
            id.to_string()
                .replace("apr_", "usr_")
                .parse::<ProposalId>()
                .is_err()
        );
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let earlier = UserId::new(OffsetDateTime::UNIX_EPOCH, &SystemRng);
        let later = UserId::new(
            OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(1),
            &SystemRng,
        );
        assert!(earlier < later && earlier.to_string() < later.to_string());
    }

    proptest! {
        #[test]
        fn text_and_value_round_trip(bits: u128) {
            let id = ConnectionId::from(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<ConnectionId>(), Ok(id));
        }

        #[test]
        fn no_text_panics_the_parser(text in "\\PC{0,40}") {
            let _ = text.parse::<ConnectionId>();
        }
    }
}
