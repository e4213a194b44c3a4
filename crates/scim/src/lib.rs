//! SCIM 2.0 as a protocol (RFC 7643, RFC 7644): what a user and a group are, filters, PATCH, and the bodies of
//! answers.
//!
//! Promises: does no IO and knows no organisation; a resource that was read has one meaning, whatever the case
//! of its attributes' names; what is not in a schema of ours is dropped where the RFCs allow it, and refused
//! where it would change what a request means.

mod apply;
mod attribute;
mod discovery;
mod error;
mod filter;
mod group;
mod list;
mod narrow;
mod patch;
mod path;
mod project;
mod schema;
mod user;
mod values;

pub use discovery::{
    MAX_RESULTS, resource_type, resource_types, schema, schemas, service_provider_config,
};
pub use error::ScimError;
pub use filter::{Filter, MAX_FILTER_BYTES};
pub use group::Group;
pub use list::{Page, list_response};
pub use narrow::Narrow;
pub use patch::patch;
pub use project::Projection;
pub use schema::Resource;
pub use user::{Address, User};
pub use values::{Meta, read, resource};

/// The media type of requests and answers (RFC 7644 8.1).
pub const CONTENT_TYPE: &str = "application/scim+json";
