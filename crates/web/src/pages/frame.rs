use ui::{Nav, Page};

use crate::context::Context;
use crate::problem::Problem;
use crate::route::permission::{ApprovalsRead, Permit as _};
use crate::{Access, AppState, Can};

/// What every page shares, for whoever is known so far. `nav` is the entry of the navigation that
/// the page belongs to.
pub(crate) fn page_of(state: &AppState, context: &Context, nav: Option<Nav>) -> Page {
    Page {
        nonce: context.nonce.clone(),
        csrf: context.csrf.clone(),
        viewer: context.viewer.get().cloned(),
        nav,
        flash: context.flash.clone(),
        waiting_approvals: 0,
        assets_base: "/assets".to_owned(),
        request_id: context.id.to_string(),
        now: state.now(),
    }
}

impl<P> Can<P> {
    /// What every page shares, for a signed-in person, with the count of what waits for them.
    pub(crate) async fn page(&mut self, nav: Nav) -> Result<Page, Problem> {
        let mut page = page_of(&self.state, &self.context, Some(nav));
        page.waiting_approvals = self.count_waiting().await?;
        Ok(page)
    }

    /// How many proposals wait for a person; 0 for somebody who may not see them.
    pub(crate) async fn count_waiting(&mut self) -> Result<u64, Problem> {
        if !self.holds(ApprovalsRead::ACCESS) {
            return Ok(0);
        }
        let count = ::approvals::count_waiting(&mut self.tx).await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Whether the person also holds another permission, for what a page offers. The routes that
    /// do it check for themselves.
    pub(crate) fn holds(&self, access: Access) -> bool {
        match access {
            Access::Permission(name) => self.principal.can(name),
            Access::Public | Access::SignedIn | Access::Person => true,
            Access::HalfSession | Access::AnonymousKey => false,
        }
    }
}
