//! Signing up and in, who one is, sessions, people.

mod me;
mod people;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_up;

pub(crate) use sign_in::begin_session;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Ordinary,
        [
            sign_up::sign_up,
            sign_in::sign_in,
            me::me,
            sessions::list_sessions,
            sessions::end_session,
            sign_in_link::make_sign_in_link,
            people::list_people,
        ]
    )
}
