//! Single sign-on: its settings, the door of an organisation's provider, and what it knows a person as.

mod add_saml;
mod certificates;
mod domains;
mod door;
mod linked;
mod providers;
mod saml;
mod settings;

use http::Method;
use kernel::sign_on_path as door_at;

use crate::route::{Pace, Routes, Surface};

/// The settings.
const SETTINGS: &str = "/settings/single-sign-on";

pub(super) fn mount(routes: Routes) -> Routes {
    let asks_broker = (Surface::Page, Pace::Broker);
    let post = |path| (Method::POST, path);
    saml::mount(routes)
        .page(Method::GET, SETTINGS, settings::show)
        .page(
            Method::POST,
            "/settings/single-sign-on/required",
            settings::require,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/domains",
            domains::add,
        )
        .mount(
            post("/settings/single-sign-on/domains/{id}/check"),
            asks_broker,
            domains::check,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/domains/{id}/remove",
            domains::remove,
        )
        .mount(
            post("/settings/single-sign-on/providers"),
            asks_broker,
            providers::add,
        )
        .mount(
            post("/settings/single-sign-on/providers/{id}/secret"),
            asks_broker,
            providers::keep_secret,
        )
        .mount(
            post("/settings/single-sign-on/providers/{id}/test"),
            asks_broker,
            providers::test,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/providers/{id}/on",
            providers::turn_on,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/providers/{id}/off",
            providers::turn_off,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/providers/{id}/remove",
            providers::remove,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/providers/{id}/certificates",
            certificates::add,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/providers/{id}/certificates/remove",
            certificates::remove,
        )
        .page(Method::GET, door_at!(""), door::find)
        .mount(post(door_at!("")), asks_broker, door::found)
        .page(Method::GET, door_at!("/{provider}"), door::show)
        .mount(post(door_at!("/{provider}")), asks_broker, door::enter)
        .mount(
            (Method::GET, door_at!("/{provider}/callback")),
            asks_broker,
            door::come_back,
        )
        .mount(
            post(door_at!("/{provider}/saml")),
            asks_broker,
            door::posted,
        )
        .page(
            Method::POST,
            "/settings/single-sign-on/providers/saml",
            add_saml::add_saml,
        )
        .mount(
            post("/prove/provider/{provider}"),
            asks_broker,
            linked::prove,
        )
        .mount(
            post("/security/provider/{provider}/link"),
            asks_broker,
            linked::link,
        )
        .mount(
            post("/organisations/provider/{provider}/link"),
            asks_broker,
            linked::link_from_outside,
        )
        .page(
            Method::POST,
            "/security/provider/{id}/unlink",
            linked::unlink,
        )
}
