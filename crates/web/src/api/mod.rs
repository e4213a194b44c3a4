//! The REST API, a folder a room and a file an operation. Each handler extracts, calls one
//! operation, and maps what came of it.

pub(crate) mod access;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod connectors;
pub(crate) mod document;
pub(crate) mod identity;
pub(crate) mod insight;
mod mail;
mod oauth;
mod system;
mod trust;

use kernel::PageSize;

use crate::problem::{Problem, kind};
use crate::route::Routes;

/// Mounts all of it.
pub(crate) fn mount(routes: Routes) -> Routes {
    [
        system::mount,
        identity::mount,
        access::mount,
        connectors::mount,
        approvals::mount,
        insight::mount,
        mail::mount,
        oauth::mount,
        audit::mount,
        trust::mount,
    ]
    .into_iter()
    .fold(routes, |routes, mount| mount(routes))
}

/// The asked page size, or the usual one.
fn page_size(limit: Option<u16>) -> Result<PageSize, Problem> {
    let Some(limit) = limit else {
        return Ok(PageSize::default());
    };
    PageSize::try_from(limit)
        .map_err(|error| Problem::new(kind::BAD_QUERY).saying(format!("limit: {error}.")))
}
