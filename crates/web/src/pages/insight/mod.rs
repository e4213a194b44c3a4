//! Event logs: the list, imports on their way, and what a log shows.

mod import_log;
mod import_status;
mod log;
mod logs;
mod map;
mod original;
mod remove_log;
mod source;
mod upload;

use http::Method;

use crate::route::{Pace, Routes, Surface};

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
        .page(Method::GET, "/insight", logs::logs)
        .mount(
            (Method::POST, "/insight/import"),
            (Surface::Page, Pace::Upload),
            import_log::import_log,
        )
        .page(
            Method::GET,
            "/insight/imports/{id}",
            import_status::import_page,
        )
        .page(
            Method::GET,
            "/insight/imports/{id}/status",
            import_status::import_status,
        )
        .page(Method::GET, "/insight/logs/{id}", log::log)
        .page(
            Method::GET,
            "/insight/logs/{id}/original",
            original::original,
        )
        .page(
            Method::POST,
            "/insight/logs/{id}/remove",
            remove_log::remove_log,
        )
}
