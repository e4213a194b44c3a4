//! Passkeys: the questions that browsers ask authenticators, and what comes of the answers. The bodies are
//! WebAuthn's own JSON (Web Authentication Level 3, 5.1.8 to 5.1.10).

pub(crate) mod add;
mod asking;
pub(crate) mod give;
mod json;
mod list;
mod proof;
mod remove;
mod rename;
pub(crate) mod sign_in;

pub(crate) use json::read;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Broker,
        [
            sign_in::ask_to_sign_in,
            sign_in::sign_in_by_passkey,
            give::ask_for_second_factor,
            give::give_second_factor_by_passkey,
            add::ask_to_add_at_sign_in,
            add::add_passkey_at_sign_in,
            proof::ask_for_proof,
            proof::prove_by_passkey,
            list::list_passkeys,
            add::ask_to_add,
            add::add_passkey,
            rename::rename_passkey,
            remove::remove_passkey,
        ]
    )
}
