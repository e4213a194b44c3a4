use axum::Router;
use utoipa::openapi::OpenApi;

use crate::extract::Visitor;
use crate::problem::{Problem, kind};
use crate::route::Routes;
use crate::{AppState, RouteInfo, api, edge, mcp, oauth, pages, scim};

/// Every route, behind every layer. The caller brings the listener, and with it the peer's address
/// (`into_make_service_with_connect_info::<SocketAddr>`).
pub fn router(state: AppState) -> Router {
    let Routes {
        router,
        table,
        document,
    } = all();
    let document = api::document::serve(&document);
    let router = router
        .fallback(async |_: Visitor| Problem::new(kind::NOT_FOUND))
        .method_not_allowed_fallback(async || Problem::new(kind::METHOD_NOT_ALLOWED));
    edge::around(router, &table, &state)
        .layer(axum::Extension(document))
        .with_state(state)
}

/// The table of all routes: what the permission matrix, the documentation and the controls read.
pub fn routes() -> Vec<RouteInfo> {
    all().table
}

/// The OpenAPI document of the API (3.1).
pub fn openapi() -> OpenApi {
    all().document
}

fn all() -> Routes {
    let programs = api::mount(Routes::new(api::document::outline()));
    pages::mount(oauth::mount(mcp::mount(scim::mount(programs))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Access, Surface};

    #[test]
    fn ac_02_every_route_names_a_permission_or_says_that_anyone_may() {
        for route in routes() {
            let known = match route.access {
                Access::Public
                | Access::AnonymousKey
                | Access::HalfSession
                | Access::Person
                | Access::Account
                | Access::SignedIn => true,
                Access::Permission(name) | Access::ServiceKey(name) => {
                    access::catalogue::find(name).is_some()
                }
            };
            assert!(known, "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn what_anyone_may_do_is_a_short_list() {
        let public: BTreeSet<String> = routes()
            .into_iter()
            .filter(|route| route.access == Access::Public)
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        insta::assert_snapshot!(public.into_iter().collect::<Vec<_>>().join("\n"), @r"
        GET /.well-known/oauth-authorization-server
        GET /.well-known/oauth-protected-resource/api
        GET /.well-known/oauth-protected-resource/mcp
        GET /api/openapi.json
        GET /api/v1/trust
        GET /assets/{file}
        GET /change-address
        GET /dev/mailbox
        GET /forgot-password
        GET /healthz
        GET /invitation
        GET /oauth/jwks.json
        GET /readyz
        GET /reset-password
        GET /sign-in
        GET /sign-in/link
        GET /sign-in/sso
        GET /sign-in/sso/{provider}
        GET /sign-in/sso/{provider}/callback
        GET /sign-in/sso/{provider}/metadata
        GET /sign-in/with/{issuer}/callback
        GET /sign-up
        GET /trust
        OPTIONS /api/v1/public/about
        POST /api/v1/password-resets
        POST /api/v1/password-resets/use
        POST /api/v1/sessions
        POST /api/v1/sessions/passkey
        POST /api/v1/sessions/passkey/options
        POST /api/v1/sign-up
        POST /change-address/stop
        POST /forgot-password
        POST /invitation/sign-up
        POST /oauth/device_authorization
        POST /oauth/register
        POST /oauth/revoke
        POST /oauth/token
        POST /reset-password
        POST /sign-in
        POST /sign-in/link
        POST /sign-in/passkey
        POST /sign-in/sso
        POST /sign-in/sso/{provider}
        POST /sign-in/sso/{provider}/acs
        POST /sign-in/sso/{provider}/saml
        POST /sign-in/with/{issuer}
        POST /sign-up
        POST /sign-up/with
        ");
    }

    #[test]
    fn no_route_names_an_organisation() {
        for route in routes() {
            // But where a person says in which of theirs the session acts from now on (ID-09): the database
            // looks the membership up.
            if route.access == Access::Account {
                continue;
            }
            let mut words = route.path.split(['/', '-', '_', '{', '}']);
            assert!(!words.any(|word| word.starts_with("org")), "{}", route.path);
        }
        let document = openapi().to_json().unwrap();
        for word in ["org_id", "organisation_id", "tenant"] {
            assert!(!document.contains(word), "the document mentions {word}");
        }
    }

    #[test]
    fn the_document_lists_exactly_the_routes_of_the_api() {
        let documented: BTreeSet<String> = openapi()
            .paths
            .paths
            .into_iter()
            .flat_map(|(path, item)| {
                [
                    ("GET", item.get.is_some()),
                    ("PUT", item.put.is_some()),
                    ("PATCH", item.patch.is_some()),
                    ("POST", item.post.is_some()),
                    ("DELETE", item.delete.is_some()),
                ]
                .into_iter()
                .filter(|(_, there)| *there)
                .map(|(method, _)| format!("{method} {path}"))
                .collect::<Vec<_>>()
            })
            .collect();
        let mounted: BTreeSet<String> = routes()
            .into_iter()
            .filter(|route| route.surface == Surface::Api && route.method != http::Method::OPTIONS)
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        assert_eq!(documented, mounted);
    }
}
