//! Signing up and in, who one is, sessions, people.

mod account;
mod identities;
mod invitations;
mod me;
mod members;
mod organisations;
pub(crate) mod passkey;
mod password_resets;
mod people;
mod second_factor;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_up;
mod try_code;

pub(crate) use account::{begin_address_change, export};
pub(crate) use password_resets::ask_reset;
pub(crate) use sign_in::{begin_session, new_session, to_begin};
pub(crate) use try_code::{taken, try_code};

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    let routes = passkey::mount(routes);
    mount_api!(
        routes,
        Pace::Ordinary,
        [
            sign_up::sign_up,
            sign_in::sign_in,
            second_factor::give_second_factor,
            me::me,
            sessions::list_sessions,
            sessions::end_session,
            sign_in_link::make_sign_in_link,
            organisations::list_organisations,
            organisations::make_organisation,
            organisations::switch_organisation,
            organisations::leave_organisation,
            account::ask_address_change,
            account::show_address_change,
            account::cancel_address_change,
            account::export_account,
            account::delete_account,
            identities::list_identities,
            identities::unlink_identity,
            people::list_people,
            invitations::list_invitations,
            invitations::invite,
            invitations::invite_again,
            invitations::revoke_invitation,
            password_resets::ask_password_reset,
            password_resets::reset_password,
            members::change_standing,
            members::remove_member,
        ]
    )
}
