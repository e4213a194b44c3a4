use axum::response::Response;
use ui::Nav;
use ui::access::{TeamForm, TeamRow, Teams};

use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::TeamsRead;

/// The organisation's teams, and the form that makes one.
pub(in crate::pages::access) async fn list_teams(
    mut can: Can<TeamsRead>,
) -> Result<Response, Problem> {
    html(&list(&mut can, TeamForm::default()).await?)
}

/// The page of all teams, with its form as it was sent.
pub(super) async fn list<P>(can: &mut Can<P>, form: TeamForm) -> Result<Teams, Problem> {
    let page = can.page(Nav::Teams).await?;
    let teams = access::teams(&mut can.tx).await?;
    let row = |team: access::Team| TeamRow {
        id: team.id,
        name: team.name,
        members: team.members.into_iter().map(|member| member.name).collect(),
        is_provisioned: team.is_provisioned,
        created_at: team.created_at,
    };
    let teams = teams.into_iter().map(row).collect();
    Ok(Teams { page, teams, form })
}
