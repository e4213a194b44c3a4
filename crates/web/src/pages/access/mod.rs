//! The pages of keys, of roles, of teams, and of who looked in from outside.

mod anonymous_keys;
mod api_keys;
mod create_api_key;
mod operators;
mod revoke_api_key;
mod roles;
mod service_keys;
mod teams;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
        .page(Method::GET, "/access/operators", operators::list_operators)
        .page(
            Method::POST,
            "/access/operators/{id}/end",
            operators::end_operator,
        )
        .page(Method::GET, "/access/keys", api_keys::list_api_keys)
        .page(Method::POST, "/access/keys", create_api_key::create_api_key)
        .page(
            Method::POST,
            "/access/keys/{id}/revoke",
            revoke_api_key::revoke_api_key,
        )
        .page(
            Method::GET,
            "/access/service-keys",
            service_keys::list_service_keys,
        )
        .page(
            Method::POST,
            "/access/service-keys",
            service_keys::create_service_key,
        )
        .page(
            Method::POST,
            "/access/service-keys/{id}/revoke",
            service_keys::revoke_service_key,
        )
        .page(
            Method::GET,
            "/access/anonymous-keys",
            anonymous_keys::list_anonymous_keys,
        )
        .page(
            Method::POST,
            "/access/anonymous-keys",
            anonymous_keys::create_anonymous_key,
        )
        .page(
            Method::POST,
            "/access/anonymous-keys/on",
            anonymous_keys::turn_on_anonymous,
        )
        .page(
            Method::POST,
            "/access/anonymous-keys/off",
            anonymous_keys::turn_off_anonymous,
        )
        .page(
            Method::POST,
            "/access/anonymous-keys/{id}/revoke",
            anonymous_keys::revoke_anonymous_key,
        )
        .page(Method::GET, "/roles", roles::list_roles)
        .page(Method::POST, "/roles", roles::make_role)
        .page(Method::GET, "/roles/{id}", roles::show_role)
        .page(Method::POST, "/roles/{id}", roles::change_role)
        .page(Method::POST, "/roles/{id}/remove", roles::remove_role)
        .page(Method::GET, "/teams", teams::list_teams)
        .page(Method::POST, "/teams", teams::make_team)
        .page(Method::GET, "/teams/{id}", teams::show_team)
        .page(Method::POST, "/teams/{id}", teams::rename_team)
        .page(Method::POST, "/teams/{id}/remove", teams::remove_team)
        .page(Method::POST, "/teams/{id}/join", teams::join_team)
        .page(Method::POST, "/teams/{id}/release", teams::release_team)
        .page(Method::POST, "/teams/{id}/leave", teams::leave_team)
}
