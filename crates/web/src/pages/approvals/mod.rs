//! The inbox, and one proposal with exactly what would be sent.

mod decide;
mod events;
mod face;
mod inbox;
mod proposal;
mod request;
mod resolve;
mod revoke;
mod search;
mod status;

pub(super) use face::{Names, waiting_row};

use http::Method;

use crate::route::{Pace, Routes, Surface};

pub(super) fn mount(routes: Routes) -> Routes {
    let routes = routes
        .page(Method::GET, "/approvals", inbox::inbox)
        .page(Method::GET, "/approvals/rows", inbox::rows)
        .page(Method::GET, "/approvals/search", search::form)
        .page(Method::GET, "/approvals/{id}/status", status::status)
        .page(Method::POST, "/approvals/{id}/approve", decide::approve)
        .page(Method::POST, "/approvals/{id}/reject", decide::reject)
        .page(Method::POST, "/approvals/{id}/resolve", resolve::resolve)
        .page(Method::POST, "/approvals/{id}/revoke", revoke::revoke);
    let shown = (Surface::Page, Pace::Broker);
    let stream = (Surface::Page, Pace::Stream);
    routes
        .mount((Method::GET, "/approvals/{id}"), shown, proposal::proposal)
        .mount((Method::POST, "/approvals/search"), shown, search::search)
        .mount((Method::GET, "/approvals/events"), stream, events::events)
}
