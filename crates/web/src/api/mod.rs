//! The REST API, a folder a room and a file an operation. Each handler extracts, calls one
//! operation, and maps what came of it.

mod access;
mod approvals;
mod audit;
mod connectors;
pub(crate) mod document;
mod identity;
mod insight;
mod system;
mod trust;

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
        audit::mount,
        trust::mount,
    ]
    .into_iter()
    .fold(routes, |routes, mount| mount(routes))
}
