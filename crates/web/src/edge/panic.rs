use std::any::Any;

use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::ResponseForPanic;

use crate::problem::{Problem, kind};

/// A panic of a handler becomes a problem with a request id, and ends that request alone. Its
/// message stays with the panic hook: it may quote what the request held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caught;

impl ResponseForPanic for Caught {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send + 'static>) -> Response {
        Problem::new(kind::INTERNAL)
            .because("web.panicked")
            .into_response()
    }
}
