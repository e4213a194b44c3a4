//! Keys, of persons, of services, and for everybody's pages; roles of the organisation's own; and teams.

mod anonymous_keys;
mod api_keys;
mod create_anonymous_key;
mod create_api_key;
mod create_service_key;
mod operator;
mod public;
mod revoke_anonymous_key;
mod revoke_api_key;
mod revoke_service_key;
mod roles;
mod service_keys;
mod teams;
mod turn_anonymous;

use http::Method;

use crate::route::{Pace, Routes, Surface, mount_api};

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
            anonymous_keys::list_anonymous_keys,
            create_anonymous_key::create_anonymous_key,
            revoke_anonymous_key::revoke_anonymous_key,
            turn_anonymous::turn_on_anonymous,
            turn_anonymous::turn_off_anonymous,
            public::about,
            roles::list_roles,
            roles::make_role,
            roles::change_role,
            roles::remove_role,
            teams::list_teams,
            teams::make_team,
            teams::rename_team,
            teams::remove_team,
            teams::join_team,
            teams::leave_team,
            operator::list_operator_access,
            operator::end_operator,
        ]
    )
    .mount(
        (Method::OPTIONS, "/api/v1/public/about"),
        (Surface::Api, Pace::Ordinary),
        public::preflight,
    )
}
