//! What was sent by mail, and how it went.

mod outbox;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Ordinary,
        [outbox::list_mails, outbox::send_mail_again]
    )
}
