use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;

use crate::api::{self, Limiter};
use crate::clock::Clock;
use crate::guard::guard;
use crate::oauth::{self, Attempts};
use crate::pages;
use crate::settings::Settings;
use crate::store::Store;

/// No form and no issue is larger.
const BODY_LIMIT_BYTES: usize = 128 * 1024;

/// What every handler works with.
pub(crate) struct App {
    pub(crate) settings: Settings,
    /// Scheme, address and port; also the OAuth2 issuer.
    pub(crate) base_url: String,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: SystemRandom,
    pub(crate) attempts: Attempts,
    pub(crate) limiter: Limiter,
}

/// Every route, behind the guard.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(pages::router())
        .merge(oauth::router())
        .nest("/api/v1", api::router(&app))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(from_fn(guard))
        .with_state(app)
}
