use axum::response::Response;
use kernel::TeamId;

use super::path;
use crate::extract::{Id, Recent};
use crate::pages::answer::done;
use crate::problem::Problem;
use crate::route::permission::TeamsManage;

/// Takes it over from the directory.
pub(in crate::pages::access) async fn release_team(
    recent: Recent<TeamsManage>,
    Id(id): Id<TeamId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    access::release_team(caller.write().await?, id).await?;
    let told = "The team is yours: people say who is in it.";
    Ok(done(&caller.state, &path(id), told))
}
