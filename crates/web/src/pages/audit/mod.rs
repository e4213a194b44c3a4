//! The page of the audit log, and of who looked in from outside.

mod checkpoint;
mod entries;
mod operators;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
        .page(Method::GET, "/audit", entries::list_entries)
        .page(
            Method::GET,
            "/audit/checkpoint",
            checkpoint::download_checkpoint,
        )
        .page(Method::GET, "/audit/operators", operators::list_operators)
        .page(
            Method::POST,
            "/audit/operators/{id}/end",
            operators::end_operator,
        )
}
