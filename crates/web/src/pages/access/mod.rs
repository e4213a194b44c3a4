//! The page of API keys.

mod api_keys;
mod create_api_key;
mod revoke_api_key;

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
}
