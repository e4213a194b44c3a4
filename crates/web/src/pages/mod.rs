//! The pages.

mod connectors;
mod page;

pub(crate) use page::page_of;

use crate::route::Routes;

pub(crate) fn mount(routes: Routes) -> Routes {
    [connectors::mount].into_iter().fold(routes, |routes, mount| mount(routes))
}
