use axum::response::Response;
use kernel::Scope;
use trust::{ClaimChecked, ClaimStanding, Shown, Standing};
use ui::trust as view;

use super::answer::html;
use super::page_of;
use crate::Public;
use crate::extract::Visitor;
use crate::problem::Problem;

/// The public trust page.
///
/// Whoever looks sees the same: the evidence is read on nobody's behalf.
pub(super) async fn trust(public: Public, _: Visitor) -> Result<Response, Problem> {
    let state = &public.state;
    let mut tx = state.db.read(&Scope::Anonymous).await?;
    let evidence = ::trust::latest_evidence(&mut tx).await?;
    drop(tx);
    let page = page_of(state, &public.context, Some(ui::Nav::Trust));
    let found = ::trust::trust_page(&state.controls, &evidence, page.now);
    html(&view::Trust {
        page,
        claims: found.checked.into_iter().map(claim).collect(),
        unchecked: found
            .unchecked
            .into_iter()
            .map(|claim| view::Claim {
                id: claim.id.to_owned(),
                sentence: claim.says.to_owned(),
            })
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn claim(standing: ClaimStanding) -> view::CheckedClaim {
    view::CheckedClaim {
        id: standing.claim.id.to_owned(),
        sentence: standing.claim.says.to_owned(),
        checked: match standing.checked() {
            ClaimChecked::Holds => view::ClaimChecked::Holds,
            ClaimChecked::Partly => view::ClaimChecked::Partly,
            ClaimChecked::NotNow => view::ClaimChecked::NotNow,
        },
        controls: standing.controls.into_iter().map(control).collect(),
    }
}

fn control(shown: Shown) -> view::Control {
    let fresh_for = shown.control.fresh_for;
    view::Control {
        name: shown.control.id.to_owned(),
        says: shown.control.says.to_owned(),
        standing: match shown.standing {
            Standing::Pass => view::Standing::Pass,
            Standing::Fail => view::Standing::Fail,
            Standing::Error => view::Standing::Error,
            Standing::Stale => view::Standing::Stale,
            Standing::NeverRun => view::Standing::NeverRun,
        },
        evidence: shown.evidence.map(|evidence| view::Evidence {
            checked_at: evidence.checked_at,
            fresh_until: evidence.checked_at + fresh_for,
            text: evidence.evidence,
        }),
    }
}
