//! Signing up and in and out, second factors, people, sessions.

mod account;
mod address;
mod authenticator;
mod change_address;
mod end_sessions;
mod events;
mod forgot_password;
mod invitation;
mod invite;
mod issuer;
mod local_path;
mod members;
mod organisation;
mod organisations;
mod passkey_sign_in;
mod passkeys;
mod people;
mod profile;
mod prove;
mod provisioning;
mod recovery_codes;
mod reset_password;
mod second_factor;
mod security;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_on;
mod sign_out;
mod sign_up;
mod verify_address;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    sign_on::mount(issuer::mount(routes))
        .page(Method::GET, "/sign-up", sign_up::show_sign_up)
        .page(Method::POST, "/sign-up", sign_up::sign_up)
        .page(Method::GET, "/sign-in", sign_in::show_sign_in)
        .page(Method::POST, "/sign-in", sign_in::sign_in)
        .page(Method::GET, "/sign-in/link", sign_in_link::show_link)
        .page(Method::POST, "/sign-in/link", sign_in_link::use_link)
        .page(
            Method::GET,
            "/sign-in/second-factor",
            second_factor::show_second_factor,
        )
        .page(
            Method::POST,
            "/sign-in/second-factor",
            second_factor::give_second_factor,
        )
        .page(
            Method::POST,
            "/sign-in/passkey",
            passkey_sign_in::sign_in_by_passkey,
        )
        .page(
            Method::POST,
            "/sign-in/second-factor/passkey",
            second_factor::give_passkey,
        )
        .page(
            Method::POST,
            "/sign-in/second-factor/new-passkey",
            second_factor::add_passkey,
        )
        .page(
            Method::POST,
            "/sign-in/authenticator",
            authenticator::begin_at_sign_in,
        )
        .page(
            Method::POST,
            "/sign-in/second-factor/leave",
            second_factor::leave,
        )
        .page(Method::POST, "/sign-out", sign_out::sign_out)
        .page(Method::GET, "/prove", prove::show_prove)
        .page(Method::POST, "/prove", prove::prove)
        .page(Method::POST, "/prove/passkey", prove::prove_by_passkey)
        .page(Method::GET, "/security", security::security)
        .page(Method::POST, "/security/passkeys", passkeys::add_passkey)
        .page(
            Method::POST,
            "/security/passkeys/{id}/rename",
            passkeys::rename_passkey,
        )
        .page(
            Method::POST,
            "/security/passkeys/{id}/remove",
            passkeys::remove_passkey,
        )
        .page(
            Method::POST,
            "/security/authenticator",
            authenticator::begin,
        )
        .page(
            Method::POST,
            "/security/authenticator/confirm",
            authenticator::confirm,
        )
        .page(
            Method::POST,
            "/security/authenticator/remove",
            authenticator::remove,
        )
        .page(
            Method::POST,
            "/security/recovery-codes",
            recovery_codes::make_recovery_codes,
        )
        .page(Method::GET, "/settings", organisation::organisation)
        .page(
            Method::GET,
            "/settings/provisioning",
            provisioning::provisioning,
        )
        .page(
            Method::POST,
            "/settings/second-factor",
            organisation::require_second_factor,
        )
        .page(Method::GET, "/organisations", organisations::show)
        .page(Method::POST, "/organisations", organisations::make)
        .page(Method::POST, "/organisations/switch", organisations::switch)
        .page(Method::POST, "/organisations/leave", organisations::leave)
        .page(Method::GET, "/forgot-password", forgot_password::show)
        .page(Method::POST, "/forgot-password", forgot_password::ask)
        .page(Method::GET, "/reset-password", reset_password::show)
        .page(Method::POST, "/reset-password", reset_password::reset)
        .page(Method::GET, "/verify-address", verify_address::show)
        .page(Method::POST, "/verify-address", verify_address::verify)
        .page(Method::POST, "/verify-address/again", verify_address::again)
        .page(Method::GET, "/profile", profile::show)
        .page(Method::POST, "/profile/password", profile::change_password)
        .page(Method::POST, "/profile/address", address::ask)
        .page(Method::POST, "/profile/address/cancel", address::cancel)
        .page(Method::GET, "/account", account::show)
        .page(Method::GET, "/account/export", account::export)
        .page(Method::POST, "/account/delete", account::delete)
        .page(Method::GET, "/account/events", events::show)
        .page(Method::GET, "/change-address", change_address::show)
        .page(Method::POST, "/change-address", change_address::confirm)
        .page(Method::POST, "/change-address/stop", change_address::stop)
        .page(Method::GET, "/invitation", invitation::show)
        .page(Method::POST, "/invitation/accept", invitation::accept)
        .page(Method::POST, "/invitation/sign-up", invitation::sign_up)
        .page(Method::GET, "/people", people::list_people)
        .page(Method::POST, "/people/invitations", invite::invite)
        .page(
            Method::POST,
            "/people/invitations/{id}/again",
            invite::again,
        )
        .page(
            Method::POST,
            "/people/invitations/{id}/revoke",
            invite::revoke,
        )
        .page(Method::POST, "/people/{id}/standing", members::change)
        .page(Method::POST, "/people/{id}/remove", members::remove)
        .page(Method::GET, "/sessions", sessions::list_sessions)
        .page(
            Method::POST,
            "/sessions/{id}/end",
            end_sessions::end_session,
        )
        .page(
            Method::POST,
            "/sessions/end-others",
            end_sessions::end_others,
        )
}
