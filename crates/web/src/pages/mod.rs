//! The pages.
mod page;

pub(crate) use page::page_of;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    routes
}
