//! Event logs.

mod content;
mod create_log;
mod format;
mod logs;
mod original;
mod remove_log;

pub(crate) use create_log::create;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    let routes = mount_api!(
        routes,
        Pace::Ordinary,
        [
            logs::list_logs,
            logs::show_log,
            create_log::create_log,
            remove_log::remove_log,
            original::get_original,
        ]
    );
    mount_api!(routes, Pace::Upload, [content::put_content])
}
