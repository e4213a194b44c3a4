//! What people let AI clients do, for those who look after it.

mod grants;
mod revoke_grant;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Ordinary,
        [grants::list_grants, revoke_grant::revoke_grant]
    )
}
