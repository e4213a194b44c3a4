//! Consent, devices, and the page of AI clients.

mod authorize;
mod consent;
mod device;
mod grants;
mod limit;
mod revoke_grant;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
        .page(Method::GET, "/oauth/authorize", authorize::show_consent)
        .page(Method::POST, "/oauth/authorize", authorize::decide)
        .page(Method::GET, "/device", device::show_device)
        .page(Method::POST, "/device", device::decide_device)
        .page(Method::GET, "/settings/ai-clients", limit::show_limit)
        .page(Method::POST, "/settings/ai-clients", limit::set_limit)
        .page(Method::GET, "/oauth/grants", grants::list_grants)
        .page(
            Method::POST,
            "/oauth/grants/revoke-all",
            revoke_grant::revoke_all,
        )
        .page(
            Method::POST,
            "/oauth/grants/{id}/revoke",
            revoke_grant::revoke_grant,
        )
}
