use crate::route::Routes;
pub(super) fn mount(routes: Routes) -> Routes {
    routes
}
