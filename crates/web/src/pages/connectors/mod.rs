//! Apps, their consent pages and their connections.

mod app_key;
mod callback;
mod catalogue;
mod connect;
mod connection;
mod connection_page;
mod disconnect;
mod disconnect_all;
mod keep;
mod receipt;
mod scan;
mod scan_face;
mod sharing;

pub(super) use catalogue::state_shown;

use http::Method;

use crate::route::{Pace, Routes, Surface};

pub(super) fn mount(routes: Routes) -> Routes {
    let routes = routes
        .page(Method::GET, "/connectors", catalogue::catalogue)
        .page(Method::GET, "/connectors/apps/{key}/connect", connect::form)
        .page(Method::GET, "/connectors/disconnect", disconnect_all::form)
        .page(Method::GET, "/connectors/{id}", connection::connection)
        .page(Method::GET, "/connectors/scans/{id}", scan::status)
        .page(Method::POST, "/connectors/scans/{id}/pause", scan::pause)
        .page(Method::POST, "/connectors/scans/{id}/resume", scan::resume)
        .page(Method::POST, "/connectors/scans/{id}/repeat", scan::repeat)
        .page(Method::POST, "/connectors/{id}/scan", scan::start)
        .page(Method::POST, "/connectors/{id}/keep", keep::keep)
        .page(Method::POST, "/connectors/{id}/give", sharing::give)
        .page(
            Method::POST,
            "/connectors/{id}/take-back",
            sharing::take_back,
        )
        .page(Method::POST, "/connectors/{id}/everybody", sharing::open);
    let asks_broker = (Surface::Page, Pace::Broker);
    routes
        .mount(
            (Method::POST, "/connectors/apps/{key}/connect"),
            asks_broker,
            connect::connect,
        )
        .mount(
            (Method::GET, "/connectors/callback"),
            asks_broker,
            callback::callback,
        )
        .mount(
            (Method::POST, "/connectors/{id}/disconnect"),
            asks_broker,
            disconnect::disconnect,
        )
        .mount(
            (Method::POST, "/connectors/disconnect"),
            asks_broker,
            disconnect_all::disconnect_all,
        )
}
