//! Issues and what happened to them. Promise: an issue is changed by recording an event or adding
//! a comment, by nothing else, so that the events always explain the issue.

mod event;
mod issue;
mod record;

pub(crate) use event::{Event, What};
pub(crate) use issue::{Comment, Draft, Issue, Priority, Status};
pub(crate) use record::History;
