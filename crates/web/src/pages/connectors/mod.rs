//! Customization → Connectors.

mod callback;

use http::Method;

use crate::route::{Pace, Routes, Surface};

pub(super) fn mount(routes: Routes) -> Routes {
    routes.mount(
        (Method::GET, "/connectors/callback"),
        (Surface::Page, Pace::Broker),
        callback::callback,
    )
}
