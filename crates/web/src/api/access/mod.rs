//! API keys.

mod api_keys;
mod create_api_key;
mod create_service_key;
mod revoke_api_key;
mod revoke_service_key;
mod service_keys;

use crate::route::{Pace, Routes, mount_api};

pub(super) fn mount(routes: Routes) -> Routes {
    mount_api!(
        routes,
        Pace::Ordinary,
        [
            api_keys::list_api_keys,
            create_api_key::create_api_key,
            revoke_api_key::revoke_api_key,
            service_keys::list_service_keys,
            create_service_key::create_service_key,
            revoke_service_key::revoke_service_key,
        ]
    )
}
