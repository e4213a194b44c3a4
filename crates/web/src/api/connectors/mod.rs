//! Apps and connections.

mod apps;
mod authorize;
mod calls;
mod connections;
mod create_connection;
mod disconnect;
mod give_credential;
mod keep;
mod receipts;
mod scan;
mod scans;
mod sharing;

pub(crate) use authorize::{begin_connect, client_id};
pub(crate) use disconnect::{end_all, end_connection};
pub(crate) use give_credential::{GivenCredential, keep_credential};
pub(crate) use keep::keep;
pub(crate) use scan::begin_scan;
pub(crate) use scans::{pause, resume, set_repeat, to_change};
pub(crate) use sharing::{parse_access, parse_giving};

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    let routes = mount_api!(
        routes,
        Pace::Ordinary,
        [
            apps::list_apps,
            connections::list_connections,
            connections::show_connection,
            create_connection::create_connection,
            calls::list_calls,
            keep::keep_connection,
            receipts::list_receipts,
            receipts::show_receipt,
            scan::start_scan,
            scans::list_scans,
            scans::show_scan,
            scans::pause_scan,
            scans::resume_scan,
            scans::repeat_scan,
            sharing::show_sharing,
            sharing::give_connection,
            sharing::take_connection,
            sharing::open_connection,
        ]
    );
    mount_api!(
        routes,
        Pace::Broker,
        [
            authorize::authorize,
            give_credential::give_credential,
            disconnect::disconnect,
            disconnect::disconnect_all,
        ]
    )
}
