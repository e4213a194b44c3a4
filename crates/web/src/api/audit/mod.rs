//! The audit log, as its organisation reads it.

mod checkpoint;
mod entries;
mod proof;

pub(crate) use proof::prove;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Ordinary,
        [
            entries::list_entries,
            proof::entry_proof,
            checkpoint::newest_checkpoint
        ]
    )
}
