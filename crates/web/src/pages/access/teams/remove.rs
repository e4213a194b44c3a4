use axum::response::Response;
use kernel::TeamId;

use super::TEAMS;
use crate::Can;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::Problem;
use crate::route::permission::TeamsManage;

/// Ends a team.
pub(in crate::pages::access) async fn remove_team(
    can: Can<TeamsManage>,
    Id(id): Id<TeamId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    let members = access::remove_team(caller.write().await?, id).await?;
    let told = match members {
        0 => "The team is removed. Nobody was in it.",
        _ => "The team is removed. Who was in it has lost what they had by it.",
    };
    Ok(done(&caller.state, TEAMS, told))
}
