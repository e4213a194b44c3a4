use access::{Asset, TeamError, TeamName};
use axum::response::Response;
use kernel::{TeamId, UserId};
use ui::Nav;
use ui::access::{TeamAsset, TeamChoice, TeamForm, TeamMember, TeamRow, Teams};

use crate::Can;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed, field_errors, html, is_about_form, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsRead, Permit as _, TeamsManage, TeamsRead};

const TEAMS: &str = "/teams";

/// The organisation's teams, and the form that makes one.
pub(super) async fn list_teams(mut can: Can<TeamsRead>) -> Result<Response, Problem> {
    html(&list(&mut can, TeamForm::default()).await?)
}

/// Makes a team.
pub(super) async fn make_team(can: Can<TeamsManage>, form: Form) -> Result<Response, Problem> {
    let caller = can.release();
    let made = match TeamName::parse(form.get("name")) {
        Ok(name) => access::make_team(&caller.state.db, &caller.scope, &name)
            .await
            .map_err(Problem::from),
        Err(wrong) => Err(wrong.into()),
    };
    match made {
        Ok(id) => {
            let told = "The team is made. Add who is in it.";
            Ok(done(&caller.state, &format!("{TEAMS}/{id}"), told))
        }
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<TeamsManage>().await?;
            let typed = typed(&form, &problem);
            refused(&problem, &list(&mut can, typed).await?)
        }
        Err(problem) => Err(problem),
    }
}

/// One team.
pub(super) async fn show_team(
    mut can: Can<TeamsRead>,
    Id(id): Id<TeamId>,
) -> Result<Response, Problem> {
    html(&one(&mut can, id, None).await?)
}

/// Calls a team something else.
pub(super) async fn rename_team(
    can: Can<TeamsManage>,
    Id(id): Id<TeamId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = can.release();
    let renamed = match TeamName::parse(form.get("name")) {
        Ok(name) => access::rename_team(caller.write().await?, id, &name)
            .await
            .map_err(Problem::from),
        Err(wrong) => Err(wrong.into()),
    };
    match renamed {
        Ok(()) => Ok(done(&caller.state, &path(id), "The team is renamed.")),
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<TeamsManage>().await?;
            let typed = typed(&form, &problem);
            refused(&problem, &one(&mut can, id, Some(typed)).await?)
        }
        Err(problem) => Err(problem),
    }
}

/// Ends a team.
pub(super) async fn remove_team(
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

/// Takes it over from the directory.
pub(super) async fn release_team(
    recent: Recent<TeamsManage>,
    Id(id): Id<TeamId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    access::release_team(caller.write().await?, id).await?;
    let told = "The team is yours: people say who is in it.";
    Ok(done(&caller.state, &path(id), told))
}

/// Adds somebody.
pub(super) async fn join_team(
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

/// Takes somebody out.
pub(super) async fn leave_team(
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

fn path(id: TeamId) -> String {
    format!("{TEAMS}/{id}")
}

/// The form as it was sent, with what is wrong about it.
fn typed(form: &Form, problem: &Problem) -> TeamForm {
    TeamForm {
        name: form.get("name").trim().to_owned(),
        errors: field_errors(problem),
    }
}

async fn list<P>(can: &mut Can<P>, form: TeamForm) -> Result<Teams, Problem> {
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

async fn one<P>(
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
