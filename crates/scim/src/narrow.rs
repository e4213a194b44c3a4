use scim_v2::filter::{AttrExp, CompValue, CompareOp, Filter as Parsed};

use crate::path::Target;
use crate::{Filter, schema::Resource};

/// What a filter asks for at least, where an index answers it: directories look for one user or group at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    /// The identifier.
    pub id: Option<String>,
    /// userName, or displayName of a group.
    pub name: Option<String>,
    /// What the directory calls it.
    pub external_id: Option<String>,
    /// A member of a group, by identifier.
    pub member: Option<String>,
    /// Whether there is nothing else to ask.
    pub is_all: bool,
}

impl Filter {
    /// What can be looked up. The rest is for [`Filter::matches`].
    pub fn narrow(&self) -> Narrow {
        let mut narrow = Narrow {
            is_all: true,
            ..Narrow::default()
        };
        match &self.parsed {
            Parsed::And(all) => {
                for one in all {
                    narrow.is_all &= take(self.resource, one, &mut narrow);
                }
            }
            one => narrow.is_all = take(self.resource, one, &mut narrow),
        }
        narrow
    }
}

/// Whether it was one of those, and is in `narrow` now.
fn take(resource: Resource, filter: &Parsed, narrow: &mut Narrow) -> bool {
    let Parsed::Attr(AttrExp::Comparison(path, CompareOp::Eq, CompValue::Str(text))) = filter
    else {
        return false;
    };
    let Some(target) = Target::of(resource, path) else {
        return false;
    };
    let part = target.part.map(|part| part.name);
    let place = match (resource, target.attribute.name, part) {
        (_, "id", None) => &mut narrow.id,
        (_, "externalId", None) => &mut narrow.external_id,
        (Resource::User, "userName", None) | (Resource::Group, "displayName", None) => {
            &mut narrow.name
        }
        (Resource::Group, "members", None | Some("value")) => &mut narrow.member,
        _ => return false,
    };
    if place.is_some() {
        return false;
    }
    *place = Some(text.clone());
    true
}
