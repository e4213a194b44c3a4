use access::Asset;
use axum::response::Response;
use kernel::TeamId;
use ui::Nav;
use ui::access::{TeamAsset, TeamChoice, TeamForm, TeamMember};

use crate::Can;
use crate::extract::Id;
use crate::pages::answer::html;
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsRead, Permit as _, TeamsRead};

/// One team.
pub(in crate::pages::access) async fn show_team(
    mut can: Can<TeamsRead>,
    Id(id): Id<TeamId>,
) -> Result<Response, Problem> {
    html(&one(&mut can, id, None).await?)
}

/// The page of one team, with its form as it was sent.
pub(super) async fn one<P>(
    can: &mut Can<P>,
    id: TeamId,
    form: Option<TeamForm>,
) -> Result<ui::access::Team, Problem> {
    let page = can.page(Nav::Teams).await?;
    let teams = access::teams(&mut can.tx).await?;
    let team = teams.into_iter().find(|team| team.id == id);
    let team = team.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let others = identity::members(&mut can.tx).await?.into_iter();
    let others = others.filter(|one| team.members.iter().all(|member| member.user != one.user));
    let others = others.map(|one| TeamChoice {
        id: one.user,
        name: one.name,
    });
    Ok(ui::access::Team {
        page,
        id,
        others: others.collect(),
        given: given(can, id).await?,
        is_provisioned: team.is_provisioned,
        is_recent: can.principal.is_recent,
        form: form.unwrap_or_else(|| TeamForm {
            name: team.name.clone(),
            ..TeamForm::default()
        }),
        name: team.name,
        members: team
            .members
            .into_iter()
            .map(|member| TeamMember {
                id: member.user,
                name: member.name,
                joined_at: member.joined_at,
            })
            .collect(),
    })
}

/// What the team was given, of what the viewer sees.
async fn given<P>(can: &mut Can<P>, id: TeamId) -> Result<Vec<TeamAsset>, Problem> {
    if !can.holds(ConnectorsRead::ACCESS) {
        return Ok(Vec::new());
    }
    let given = access::given_to(&mut can.tx, id).await?;
    let connections = connectors::connections(&mut can.tx).await?;
    let named = given.into_iter().filter_map(|(asset, access)| {
        let Asset::Connection(id) = asset;
        let connection = connections.iter().find(|connection| connection.id == id)?;
        Some(TeamAsset {
            id,
            name: connection.name.clone(),
            access,
        })
    });
    Ok(named.collect())
}
