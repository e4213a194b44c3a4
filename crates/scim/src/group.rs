use serde_json::{Value, json};

use crate::ScimError;
use crate::values::get;

/// A team, as a directory describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What the directory calls it.
    pub display_name: String,
    /// What it calls it for itself.
    pub external_id: Option<String>,
    /// Who is in it, by identifier: each once.
    pub members: Vec<String>,
}

impl Group {
    /// Reads a group of a resource that [`crate::read`] has read.
    pub fn of(own: &Value) -> Result<Self, ScimError> {
        let name = get(own, "displayName")
            .and_then(Value::as_str)
            .map(str::trim);
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return Err(ScimError::InvalidValue("displayName is missing".to_owned()));
        };
        let members = get(own, "members").and_then(Value::as_array);
        let members = members.map(Vec::as_slice).unwrap_or_default();
        let mut members: Vec<String> = members.iter().map(member).collect::<Result<_, _>>()?;
        members.sort_unstable();
        members.dedup();
        let external_id = get(own, "externalId").and_then(Value::as_str);
        Ok(Self {
            display_name: name.to_owned(),
            external_id: external_id.filter(|id| !id.is_empty()).map(str::to_owned),
            members,
        })
    }

    /// The same as a resource has it, whose members are found below `base`.
    pub fn to_value(&self, base: &str) -> Value {
        let member = |id: &String| json!({ "value": id, "$ref": format!("{base}/Users/{id}"), "type": "User" });
        let members: Vec<Value> = self.members.iter().map(member).collect();
        let mut own = json!({ "displayName": self.display_name, "members": members });
        if let (Some(own), Some(id)) = (own.as_object_mut(), &self.external_id) {
            own.insert("externalId".to_owned(), json!(id));
        }
        own
    }
}

/// Whom a member is: by its value, or by the end of the address that it refers to.
fn member(one: &Value) -> Result<String, ScimError> {
    let value = get(one, "value").and_then(Value::as_str);
    let address = get(one, "$ref").and_then(Value::as_str);
    let id = value.or_else(|| address.and_then(|address| address.rsplit('/').next()));
    id.filter(|id| !id.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| ScimError::InvalidValue("a member has no value".to_owned()))
}
