use crate::attribute::{Attribute, Kind, Mutability, find};

/// A type of resource that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A person whom the directory names (RFC 7643 4.1).
    User,
    /// A team (RFC 7643 4.2).
    Group,
}

/// As long as an address may be.
const TEXT: Kind = Kind::Text(254);

const NAME: &[Attribute] = &[
    Attribute::new("formatted", TEXT, "The whole name, as it is shown."),
    Attribute::new("familyName", TEXT, "The family name."),
    Attribute::new("givenName", TEXT, "The given name."),
];

const EMAIL: &[Attribute] = &[
    Attribute::new("value", TEXT, "The address."),
    Attribute::new("display", TEXT, "How the address is shown."),
    Attribute::new(
        "type",
        Kind::Text(60),
        "What it is for: work, home or other.",
    )
    .usually(&["work", "home", "other"]),
    Attribute::new("primary", Kind::Boolean, "Whether it is the one to use."),
];

const USER: &[Attribute] = &[
    Attribute::new("userName", TEXT, "What the directory calls the person.")
        .required()
        .unique(),
    Attribute::new("name", Kind::Complex(NAME), "The parts of the name."),
    Attribute::new("displayName", TEXT, "The name to show."),
    Attribute::new(
        "active",
        Kind::Boolean,
        "Whether the person is a member. Somebody who has been invited is none yet; nobody makes an owner inactive.",
    ),
    Attribute::new(
        "emails",
        Kind::Complex(EMAIL),
        "Addresses; the primary one is of a domain that the organisation has verified.",
    )
    .multi(),
];

const MEMBER: &[Attribute] = &[
    Attribute::new(
        "value",
        Kind::Text(60),
        "The id of a user that the directory has named.",
    )
    .by(Mutability::Immutable)
    .exact(),
    Attribute::new(
        "$ref",
        Kind::Reference(&["User"]),
        "The address of that user.",
    )
    .by(Mutability::Immutable)
    .exact(),
    Attribute::new("type", Kind::Text(60), "What it is: a user.")
        .by(Mutability::Immutable)
        .usually(&["User"]),
];

const GROUP: &[Attribute] = &[
    Attribute::new("displayName", Kind::Text(60), "What the team is called.")
        .required()
        .unique(),
    Attribute::new("members", Kind::Complex(MEMBER), "Who is in the team.").multi(),
];

const META: &[Attribute] = &[
    Attribute::new("resourceType", TEXT, "")
        .by(Mutability::ReadOnly)
        .exact(),
    Attribute::new("created", Kind::DateTime, "").by(Mutability::ReadOnly),
    Attribute::new("lastModified", Kind::DateTime, "").by(Mutability::ReadOnly),
    Attribute::new("location", TEXT, "")
        .by(Mutability::ReadOnly)
        .exact(),
    Attribute::new("version", TEXT, "")
        .by(Mutability::ReadOnly)
        .exact(),
];

/// What every resource has (RFC 7643 3.1); no schema lists it.
const COMMON: &[Attribute] = &[
    Attribute::new("schemas", TEXT, "")
        .multi()
        .by(Mutability::ReadOnly)
        .always()
        .exact(),
    Attribute::new("id", TEXT, "")
        .by(Mutability::ReadOnly)
        .always()
        .exact(),
    Attribute::new("externalId", TEXT, "").exact(),
    Attribute::new("meta", Kind::Complex(META), "").by(Mutability::ReadOnly),
];

/// What the RFC gives resources beyond that. A directory sends it, since its mapping does; it is dropped, as a
/// server may (RFC 7644 3.3): a whole request is not refused for somebody's fax number.
const ELSEWHERE: &[&str] = &[
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "password",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "groups",
    "entitlements",
    "roles",
    "x509Certificates",
];

impl Resource {
    /// The schema's name (RFC 7643 8.7.1).
    pub const fn urn(self) -> &'static str {
        match self {
            Self::User => "urn:ietf:params:scim:schemas:core:2.0:User",
            Self::Group => "urn:ietf:params:scim:schemas:core:2.0:Group",
        }
    }

    /// The type's name, and its identifier.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// Where the type is served, below the base address.
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    pub(crate) const fn attributes(self) -> &'static [Attribute] {
        match self {
            Self::User => USER,
            Self::Group => GROUP,
        }
    }

    /// The attribute of that name, also of those that every resource has.
    pub(crate) fn attribute(self, name: &str) -> Option<&'static Attribute> {
        find(self.attributes(), name).or_else(|| find(COMMON, name))
    }

    /// Whether an attribute is known, and dropped.
    pub(crate) fn is_dropped(name: &str) -> bool {
        ELSEWHERE
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    }
}
