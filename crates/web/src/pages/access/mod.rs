//! The pages of keys.

mod api_keys;
mod create_api_key;
mod revoke_api_key;
mod service_keys;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
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
}
