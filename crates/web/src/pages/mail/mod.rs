//! How mail leaves this server, and what became of it.

mod held;
mod outbox;

use http::Method;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
        .page(Method::GET, "/settings/mail", outbox::list)
        .page(Method::POST, "/settings/mail/{id}/again", outbox::again)
        .page(Method::GET, "/dev/mailbox", held::list)
}
