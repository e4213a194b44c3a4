//! The page of the audit log.

mod checkpoint;
mod entries;
mod proof;

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
        .page(Method::GET, "/audit/{id}/proof", proof::download_proof)
}
