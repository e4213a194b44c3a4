use scim_v2::filter::{AttrPath, PatchPath};

use crate::ScimError;
use crate::attribute::{Attribute, Kind, find};
use crate::schema::Resource;

/// An attribute, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) attribute: &'static Attribute,
    pub(crate) part: Option<&'static Attribute>,
}

/// Where a path leads that a client wrote.
#[derive(Debug)]
pub(crate) enum Place {
    Known(PatchPath),
    /// To what is known, and kept by nobody here.
    Dropped,
}

/// As long as a path may be, in bytes: the schema's name, two names and a filter.
const MAX_PATH_BYTES: usize = 500;

impl Target {
    /// Where an attribute's path leads. None where no resource of that kind has such an attribute.
    pub(crate) fn of(resource: Resource, path: &AttrPath) -> Option<Self> {
        if let Some(urn) = &path.uri
            && !urn.eq_ignore_ascii_case(resource.urn())
        {
            return None;
        }
        let attribute = resource.attribute(&path.name)?;
        let part = match &path.sub_attr {
            Some(name) => Some(find(attribute.parts(), name)?),
            None => None,
        };
        Some(Self { attribute, part })
    }

    /// The attribute whose values are compared: of a complex one, its `value` (RFC 7644 3.4.2.2).
    pub(crate) fn leaf(self) -> Option<&'static Attribute> {
        match (self.part, self.attribute.kind) {
            (Some(part), _) => Some(part),
            (None, Kind::Complex(parts)) if self.attribute.is_multi => find(parts, "value"),
            (None, Kind::Complex(_)) => None,
            (None, _) => Some(self.attribute),
        }
    }
}

/// Reads the path of a PATCH operation (RFC 7644 3.5.2).
pub(crate) fn parse(resource: Resource, text: &str) -> Result<Place, ScimError> {
    let wrong = || ScimError::InvalidPath(text.chars().take(100).collect());
    if text.len() > MAX_PATH_BYTES {
        return Err(wrong());
    }
    if is_elsewhere(resource, text) {
        return Ok(Place::Dropped);
    }
    let path: PatchPath = text.parse().map_err(|_| wrong())?;
    let name = match &path {
        PatchPath::Attr(path) => path,
        PatchPath::Value(path) => &path.attr,
    };
    match Target::of(resource, name) {
        Some(_) => Ok(Place::Known(path)),
        None if Resource::is_dropped(&name.name) => Ok(Place::Dropped),
        None => Err(wrong()),
    }
}

/// Whether a name is one of an extension, which nothing is kept of.
pub(crate) fn is_elsewhere(resource: Resource, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let own = resource.urn().to_ascii_lowercase();
    text.starts_with("urn:") && text != own && !text.starts_with(&format!("{own}:"))
}
