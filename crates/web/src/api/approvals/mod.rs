//! Proposed writes and the decisions about them.

mod decide;
mod inbox;
mod propose;
mod resolve;
mod revoke;
mod search;
mod show;

pub(crate) use decide::decide_as;
pub(crate) use propose::propose_as;
pub(crate) use resolve::resolve_as;
pub(crate) use revoke::revoke_as;
pub(crate) use search::search_as;
pub(crate) use show::show;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    let routes = mount_api!(
        routes,
        Pace::Ordinary,
        [
            inbox::list_approvals,
            decide::decide,
            revoke::revoke,
            resolve::resolve,
        ]
    );
    mount_api!(
        routes,
        Pace::Broker,
        [
            propose::propose,
            search::search_approvals,
            show::show_approval
        ]
    )
}
