//! Signing up and in and out, people, sessions.

pub(super) mod client;
mod end_sessions;
mod local_path;
mod people;
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
        .page(Method::POST, "/sign-out", sign_out::sign_out)
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
