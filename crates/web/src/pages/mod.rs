//! The pages, a folder a room and a file an operation. Handlers share the API's operations; what
//! differs is the form that answers have: HTML, and after a write a redirect (Post/Redirect/Get).

mod access;
mod answer;
mod approvals;
mod assets;
mod audit;
mod connectors;
mod details;
mod frame;
mod identity;
mod insight;
mod mail;
mod oauth;
mod overview;
mod trust;

pub(crate) use frame::page_of;

use http::Method;

use crate::route::Routes;

/// Mounts all of them.
pub(crate) fn mount(routes: Routes) -> Routes {
    let routes = routes
        .page(Method::GET, "/", overview::overview)
        .page(Method::GET, "/trust", trust::trust)
        .page(Method::GET, "/assets/{file}", assets::asset);
    [
        identity::mount,
        access::mount,
        connectors::mount,
        approvals::mount,
        insight::mount,
        oauth::mount,
        audit::mount,
        mail::mount,
    ]
    .into_iter()
    .fold(routes, |routes, mount| mount(routes))
}
