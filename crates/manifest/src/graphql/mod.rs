//! GraphQL operations. All requests of a GraphQL API look alike from outside: what one does is in its
//! document. Each operation holds one, read and judged when the manifest is loaded; what leaves is
//! that document, known by its digest, with declared variables and nothing beside.

mod document;
mod parse;
mod read;
mod selection;

pub use document::Document;
pub(crate) use parse::{check_answer, parse_graphql};
