use db::ReadTx;
use identity::Principal;
use ui::{Nav, OtherOrganisation, Page};

use crate::context::Context;
use crate::extract::Account;
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
        organisations: Vec::new(),
        nav,
        flash: context.flash.clone(),
        waiting_approvals: 0,
        assets_base: "/assets".to_owned(),
        request_id: context.id.to_string(),
        now: state.now(),
    }
}

impl<P> Can<P> {
    /// What every page shares, for a signed-in person, with the count of what waits for them and where
    /// else they may go on.
    pub(crate) async fn page(&mut self, nav: impl Into<Option<Nav>>) -> Result<Page, Problem> {
        let mut page = page_of(&self.state, &self.context, nav.into());
        page.waiting_approvals = self.count_waiting().await?;
        page.organisations = others(&mut self.tx).await?;
        Ok(page)
    }

    /// How many proposals wait for a person; 0 for somebody who may not see them.
    pub(crate) async fn count_waiting(&mut self) -> Result<u64, Problem> {
        count_waiting(&mut self.tx, &self.principal).await
    }

    /// Whether the person also holds another permission, for what a page offers. The routes that
    /// do it check for themselves.
    pub(crate) fn holds(&self, access: Access) -> bool {
        match access {
            Access::Permission(name) => self.principal.can(name),
            Access::Public | Access::SignedIn | Access::Person | Access::Account => true,
            Access::HalfSession | Access::AnonymousKey | Access::ServiceKey(_) => false,
        }
    }
}

impl Account {
    /// The same as [`Can::page`]; in no organisation, nothing waits.
    pub(crate) async fn page(&mut self) -> Result<Page, Problem> {
        let mut page = page_of(&self.state, &self.context, None);
        if let Some(principal) = &self.principal {
            page.waiting_approvals = count_waiting(&mut self.tx, principal).await?;
        }
        page.organisations = others(&mut self.tx).await?;
        Ok(page)
    }
}

async fn count_waiting(tx: &mut ReadTx, principal: &Principal) -> Result<u64, Problem> {
    let Access::Permission(needed) = ApprovalsRead::ACCESS else {
        return Ok(0);
    };
    if !principal.can(needed) {
        return Ok(0);
    }
    let count = ::approvals::count_waiting(tx).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The organisations that the session could act in instead.
async fn others(tx: &mut ReadTx) -> Result<Vec<OtherOrganisation>, Problem> {
    let own = identity::own_organisations(tx).await?;
    let others = own
        .into_iter()
        .filter(|organisation| !organisation.is_current);
    Ok(others
        .map(|organisation| OtherOrganisation {
            id: organisation.id,
            name: organisation.name,
        })
        .collect())
}
