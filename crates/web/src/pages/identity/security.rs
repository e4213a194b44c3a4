use axum::response::Response;
use ui::identity::Security;

use crate::Can;
use crate::pages::answer::html;
use crate::pages::page_of;
use crate::problem::Problem;
use crate::route::permission::Person;

/// The ways in of the person who asks.
pub(super) async fn security(mut can: Can<Person>) -> Result<Response, Problem> {
    let mut page = page_of(&can.state, &can.context, None);
    page.waiting_approvals = can.count_waiting().await?;
    let factors = identity::second_factors(&mut can.tx).await?;
    html(&Security {
        page,
        email: can.principal.email.clone(),
        authenticator_since: factors.authenticator_since,
        codes_left: factors.codes_left,
        is_required: factors.is_required,
        is_recent: can.principal.is_recent,
    })
}
