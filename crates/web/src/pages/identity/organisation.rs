use axum::response::Response;
use ui::Nav;
use ui::identity::Organisation;

use crate::Can;
use crate::extract::{Form, Recent};
use crate::pages::answer::{done, failed, html};
use crate::problem::{Problem, kind};
use crate::route::permission::OrganisationManage;

/// The organisation's rules.
pub(super) async fn organisation(mut can: Can<OrganisationManage>) -> Result<Response, Problem> {
    let page = can.page(Nav::Settings).await?;
    let factors = identity::second_factors(&mut can.tx).await?;
    html(&Organisation {
        page,
        name: can.principal.organisation_name.clone(),
        is_second_factor_required: factors.is_required,
        has_second_factor: factors.any(),
    })
}

/// Sets whether each member needs a second factor.
pub(super) async fn require_second_factor(
    recent: Recent<OrganisationManage>,
    form: Form,
) -> Result<Response, Problem> {
    let is_required = form.get("required") == "yes";
    let caller = recent.0.release();
    match identity::require_second_factor(caller.write().await?, is_required).await {
        Ok(()) if is_required => {
            let text = "From now on each member needs a second factor. Who has none sets one up at the next page.";
            Ok(done(&caller.state, "/settings", text))
        }
        Ok(()) => Ok(done(
            &caller.state,
            "/settings",
            "A second factor is up to each member now.",
        )),
        Err(error) => {
            let problem = Problem::from(error);
            if problem.kind() == &kind::NO_SECOND_FACTOR {
                return Ok(failed(&caller.state, "/settings", problem.sentence()));
            }
            Err(problem)
        }
    }
}
