use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter};
use http::Method;
use utoipa::openapi::path::Paths;
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::{Access, Guarded};
use crate::AppState;

/// Who speaks on a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// A browser shows it: HTML, cookies, anti-forgery tokens.
    Page,
    /// A program reads it: JSON, cookies or an API key.
    Api,
    /// An MCP client: an API key or an access token.
    Mcp,
    /// An organisation's directory: the JSON of RFC 7644, and a service key.
    Scim,
    /// An OAuth client: the forms and JSON of the RFCs, no credential of ours.
    Oauth,
}

/// How long a request may take and how large it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// 1 MiB in, 30 seconds.
    Ordinary,
    /// A broker's call takes part: 1 MiB in, a little longer than the broker waits.
    Broker,
    /// A file comes in: as large as the server takes, for as long as it keeps coming.
    Upload,
    /// An answer that stays open.
    Stream,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// `GET`
    pub method: Method,
    /// `/api/v1/people/{id}`
    pub path: String,
    /// Who may use it.
    pub access: Access,
    /// Who speaks on it.
    pub surface: Surface,
    /// How long and how large.
    pub pace: Pace,
    /// Whether pages of other sites may have a browser post to it. Its handler changes nothing: it shows what came,
    /// for the browser to post again from a page of ours.
    pub is_relay: bool,
}

/// What [`utoipa_axum::routes!`] makes of a documented handler.
pub(crate) type Documented = (Vec<(String, RefOr<Schema>)>, Paths, MethodRouter<AppState>);

/// Collects routes, and with each of them its line in the table and its part of the document.
pub(crate) struct Routes {
    pub(crate) router: Router<AppState>,
    pub(crate) table: Vec<RouteInfo>,
    pub(crate) document: OpenApi,
}

/// The access that `handler`'s own first argument demands.
pub(crate) const fn access_of<H, T>(_: &H) -> Access
where
    H: Handler<T, AppState>,
    T: Guarded,
{
    T::ACCESS
}

/// Mounts handlers that carry `#[utoipa::path]`: method and path are those of their documentation.
macro_rules! mount_api {
    ($routes:expr, $pace:expr, [$($handler:path),+ $(,)?]) => {
        $routes$(.api(
            $crate::route::table::access_of(&$handler),
            $pace,
            ::utoipa_axum::routes!($handler),
        ))+
    };
}
pub(crate) use mount_api;

impl Routes {
    pub(crate) fn new(document: OpenApi) -> Self {
        Self {
            router: Router::new(),
            table: Vec::new(),
            document,
        }
    }

    /// A documented route of the API. Use [`mount_api`].
    pub(crate) fn api(mut self, access: Access, pace: Pace, documented: Documented) -> Self {
        let (schemas, mut paths, handlers) = documented;
        for (path, item) in &mut paths.paths {
            for (method, operation) in operations(item) {
                super::super::api::document::describe(operation, access);
                let info = RouteInfo {
                    method,
                    path: path.clone(),
                    access,
                    surface: Surface::Api,
                    pace,
                    is_relay: false,
                };
                self.table.push(info);
            }
            self.router = self.router.route(path, handlers.clone());
        }
        self.document.paths.merge(paths);
        let components = self.document.components.get_or_insert_default();
        components.schemas.extend(schemas);
        self
    }

    /// A route of a page, a fragment or a file for a browser.
    pub(crate) fn page<H, T>(self, method: Method, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: Guarded + 'static,
    {
        self.mount((method, path), (Surface::Page, Pace::Ordinary), handler)
    }

    /// Any other route.
    pub(crate) fn mount<H, T>(
        mut self,
        (method, path): (Method, &str),
        (surface, pace): (Surface, Pace),
        handler: H,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: Guarded + 'static,
    {
        let filter = MethodFilter::try_from(method.clone());
        debug_assert!(filter.is_ok(), "axum routes this method");
        let Ok(filter) = filter else { return self };
        self.router = self.router.route(path, axum::routing::on(filter, handler));
        let access = T::ACCESS;
        self.table.push(RouteInfo {
            method,
            path: path.to_owned(),
            access,
            surface,
            pace,
            is_relay: false,
        });
        self
    }

    /// A page that other sites' pages post to.
    pub(crate) fn relay<H, T>(self, path: &str, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: Guarded + 'static,
    {
        let mut routes = self.page(Method::POST, path, handler);
        if let Some(route) = routes.table.last_mut() {
            route.is_relay = true;
        }
        routes
    }
}

fn operations(
    item: &mut utoipa::openapi::PathItem,
) -> impl Iterator<Item = (Method, &mut utoipa::openapi::path::Operation)> {
    [
        (Method::GET, item.get.as_mut()),
        (Method::PUT, item.put.as_mut()),
        (Method::POST, item.post.as_mut()),
        (Method::DELETE, item.delete.as_mut()),
        (Method::PATCH, item.patch.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}
