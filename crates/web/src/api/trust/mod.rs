//! What the trust page says, for programs.

mod controls;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(routes, Pace::Ordinary, [controls::show_trust])
}
