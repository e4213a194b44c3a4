//! What of an answer is kept, and what is read from it: pages, limits, results.

mod error_rule;
mod field_path;
mod field_tree;
mod incremental;
mod link_header;
mod pagination;
mod rate_limit;
mod result;

pub use error_rule::{ErrorRule, Refusal};
pub use field_path::FieldPath;
pub use field_tree::{Conflict, FieldTree};
pub use incremental::Incremental;
pub(crate) use link_header::next_target;
pub use pagination::{GoesOn, Pagination};
pub(crate) use rate_limit::{RateFamily, ResetForm};
pub use rate_limit::{RateHeaders, RateLimit, Wait};
pub use result::{PersonResult, ResultRule};
