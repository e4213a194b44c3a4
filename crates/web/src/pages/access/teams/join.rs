use access::TeamError;
use axum::response::Response;
use kernel::{TeamId, UserId};

use super::path;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed};
use crate::problem::Problem;
use crate::route::permission::TeamsManage;

/// Adds somebody.
pub(in crate::pages::access) async fn join_team(
    recent: Recent<TeamsManage>,
    Id(id): Id<TeamId>,
    form: Form,
) -> Result<Response, Problem> {
    let person = form.get("user").parse::<UserId>();
    let caller = recent.0.release();
    let joined = match person {
        Ok(person) => access::join_team(caller.write().await?, id, person).await,
        Err(_) => Err(TeamError::Nobody),
    };
    Ok(match joined {
        Ok(()) => done(&caller.state, &path(id), "They are in the team."),
        Err(TeamError::Nobody) => failed(
            &caller.state,
            &path(id),
            "Nobody joined: choose somebody who is in the organisation.",
        ),
        Err(error) => return Err(error.into()),
    })
}
