//! How the server is, and what its API looks like.

mod health;
mod openapi;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Ordinary,
        [health::alive, health::ready, openapi::document]
    )
}
