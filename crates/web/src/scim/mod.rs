//! SCIM 2.0 (RFC 7644): what an organisation's directory says of its people and teams. Each handler reads the
//! protocol with the crate `scim`, and does it by `identity` and `access`.

mod answer;
mod body;
mod discovery;
mod groups;
mod list;
mod users;

use http::Method;

use crate::route::{Pace, Routes, Surface};

/// Below which path all of it is.
pub(crate) const BASE: &str = "/scim/v2";

pub(crate) fn mount(routes: Routes) -> Routes {
    let ours = (Surface::Scim, Pace::Ordinary);
    let routes = routes
        .mount(
            (Method::GET, "/scim/v2/ServiceProviderConfig"),
            ours,
            discovery::config,
        )
        .mount(
            (Method::GET, "/scim/v2/ResourceTypes"),
            ours,
            discovery::resource_types,
        )
        .mount(
            (Method::GET, "/scim/v2/ResourceTypes/{name}"),
            ours,
            discovery::resource_type,
        )
        .mount((Method::GET, "/scim/v2/Schemas"), ours, discovery::schemas)
        .mount(
            (Method::GET, "/scim/v2/Schemas/{name}"),
            ours,
            discovery::schema,
        )
        .mount((Method::GET, "/scim/v2/Users"), ours, users::list)
        .mount((Method::POST, "/scim/v2/Users"), ours, users::create)
        .mount((Method::GET, "/scim/v2/Users/{id}"), ours, users::show)
        .mount((Method::PUT, "/scim/v2/Users/{id}"), ours, users::replace)
        .mount((Method::PATCH, "/scim/v2/Users/{id}"), ours, users::patch)
        .mount((Method::DELETE, "/scim/v2/Users/{id}"), ours, users::remove)
        .mount((Method::GET, "/scim/v2/Groups"), ours, groups::list)
        .mount((Method::POST, "/scim/v2/Groups"), ours, groups::create)
        .mount((Method::GET, "/scim/v2/Groups/{id}"), ours, groups::show)
        .mount((Method::PUT, "/scim/v2/Groups/{id}"), ours, groups::replace)
        .mount((Method::PATCH, "/scim/v2/Groups/{id}"), ours, groups::patch)
        .mount(
            (Method::DELETE, "/scim/v2/Groups/{id}"),
            ours,
            groups::remove,
        );
    // RFC 7644 3.12: what a client may ask for, and this server does not do.
    [
        (Method::GET, "/scim/v2/Me"),
        (Method::POST, "/scim/v2/Bulk"),
        (Method::POST, "/scim/v2/.search"),
        (Method::POST, "/scim/v2/Users/.search"),
        (Method::POST, "/scim/v2/Groups/.search"),
    ]
    .into_iter()
    .fold(routes, |routes, route| {
        routes.mount(route, ours, discovery::not_implemented)
    })
}
