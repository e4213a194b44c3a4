use axum::response::Response;
use kernel::{TeamId, UserId};

use super::path;
use crate::Can;
use crate::extract::{Form, Id};
use crate::pages::answer::done;
use crate::problem::{Problem, kind};
use crate::route::permission::TeamsManage;

/// Takes somebody out.
pub(in crate::pages::access) async fn leave_team(
    can: Can<TeamsManage>,
    Id(id): Id<TeamId>,
    form: Form,
) -> Result<Response, Problem> {
    let person = form.get("user").parse::<UserId>();
    let person = person.map_err(|_| Problem::new(kind::NOT_FOUND))?;
    let caller = can.release();
    access::leave_team(caller.write().await?, id, person).await?;
    let told = "They are not in the team any more.";
    Ok(done(&caller.state, &path(id), told))
}
