//! Rules for row level security over the catalogue of any PostgreSQL database, from version 13 on.
//!
//! Promises: reads the catalogue and nothing else, and changes nothing; a rule is a pure function of
//! what was read; a finding names one object, in a form that cannot be taken for another's, and says
//! what mends it; an exception has a reason, and one that has no use any more is a finding itself.

mod allow;
mod catalogue;
mod expression;
mod finding;
mod look;
mod name;
mod read;
mod report;
mod rules;
mod tenant;
mod tree;

pub use allow::{Allow, AllowError, read_allow_file};
pub use catalogue::{Catalogue, Extent};
pub use finding::{Finding, Object, Severity};
pub use read::{ReadError, read};
pub use report::{Options, Report, Summary, lint};
pub use rules::{documentation, rule_count};
pub use tenant::{GUESSES, Tenant};
