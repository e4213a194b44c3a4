//! Signing up and in and out, second factors, people, sessions.

mod authenticator;
pub(super) mod client;
mod end_sessions;
mod local_path;
mod organisation;
mod people;
mod prove;
mod recovery_codes;
mod second_factor;
mod security;
mod sessions;
mod sign_in;
mod sign_in_link;
mod sign_out;
mod sign_up;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
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
        .page(Method::GET, "/security", security::security)
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
            Method::POST,
            "/settings/second-factor",
            organisation::require_second_factor,
        )
        .page(Method::GET, "/people", people::list_people)
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
