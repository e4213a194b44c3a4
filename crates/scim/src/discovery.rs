//! What the server says of itself (RFC 7643 5 to 7).

use serde_json::{Value, json};

use crate::attribute::Attribute;
use crate::schema::Resource;

/// How many resources one answer holds at most.
pub const MAX_RESULTS: usize = 200;

const ALL: [Resource; 2] = [Resource::User, Resource::Group];

/// What of the protocol is served, and what not. `base` is the address that all of it is below.
pub fn service_provider_config(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_RESULTS },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Service key",
            "description": "A service key of the organisation that may provision people, as a bearer token (RFC 6750).",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": meta("ServiceProviderConfig", &format!("{base}/ServiceProviderConfig")),
    })
}

/// The types of resources.
pub fn resource_types(base: &str) -> Vec<Value> {
    ALL.into_iter().map(|one| described(one, base)).collect()
}

/// The type of that identifier.
pub fn resource_type(id: &str, base: &str) -> Option<Value> {
    let found = ALL.into_iter().find(|one| one.name() == id);
    found.map(|one| described(one, base))
}

/// The schemas of the resources.
pub fn schemas(base: &str) -> Vec<Value> {
    ALL.into_iter().map(|one| schema_of(one, base)).collect()
}

/// The schema of that name.
pub fn schema(urn: &str, base: &str) -> Option<Value> {
    let found = ALL
        .into_iter()
        .find(|one| one.urn().eq_ignore_ascii_case(urn));
    found.map(|one| schema_of(one, base))
}

fn described(one: Resource, base: &str) -> Value {
    let description = match one {
        Resource::User => "A person whom the directory has named.",
        Resource::Group => "A team whose members the directory says.",
    };
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": one.name(),
        "name": one.name(),
        "description": description,
        "endpoint": one.endpoint(),
        "schema": one.urn(),
        "schemaExtensions": [],
        "meta": meta("ResourceType", &format!("{base}/ResourceTypes/{}", one.name())),
    })
}

fn schema_of(one: Resource, base: &str) -> Value {
    let attributes: Vec<Value> = one.attributes().iter().map(Attribute::described).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": one.urn(),
        "name": one.name(),
        "description": format!("{} of this organisation.", one.name()),
        "attributes": attributes,
        "meta": meta("Schema", &format!("{base}/Schemas/{}", one.urn())),
    })
}

fn meta(of: &str, location: &str) -> Value {
    json!({ "resourceType": of, "location": location })
}
