//! What handlers take. The first is always who may: [`Can`] or [`Public`].

mod account;
mod anonymous;
mod can;
mod form;
mod half;
mod id;
mod json;
mod provisioner;
mod public;
mod query;
mod reads;
mod recent;
mod service_key;
mod visitor;

pub(crate) use account::{Account, Holder, RecentAccount};
pub(crate) use anonymous::Anonymous;
pub use can::Can;
pub(crate) use can::{Caller, admit, role_in_words, role_shown};
pub(crate) use form::Form;
pub(crate) use half::Half;
pub(crate) use id::Id;
pub(crate) use json::Json;
pub(crate) use provisioner::Provisioner;
pub use public::Public;
pub(crate) use query::Query;
pub(crate) use reads::Reads;
pub(crate) use recent::{Recent, must_be_recent};
pub(crate) use visitor::Visitor;

use std::sync::Arc;

use http::request::Parts;

use crate::context::{Context, SharedContext};
use crate::problem::{Problem, kind};

/// The request's context. The outermost layer always puts it there.
fn context(parts: &Parts) -> Result<Arc<Context>, Problem> {
    parts
        .extensions
        .get::<SharedContext>()
        .cloned()
        .ok_or_else(|| Problem::new(kind::INTERNAL).because("web.no_context"))
}
