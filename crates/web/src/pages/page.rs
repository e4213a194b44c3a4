use ui::{Nav, Page};

use crate::AppState;
use crate::context::Context;

/// What every page shares. `nav` is the entry of the navigation that it belongs to.
pub(crate) fn page_of(state: &AppState, context: &Context, nav: Option<Nav>) -> Page {
    Page {
        nonce: context.nonce.clone(),
        csrf: context.csrf.clone(),
        viewer: context.viewer.get().cloned(),
        nav,
        flash: None,
        waiting_approvals: 0,
        assets_base: "/assets".to_owned(),
        request_id: context.id.to_string(),
        now: state.now(),
    }
}
