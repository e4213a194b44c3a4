use ::scim::{Group, Resource, ScimError, read};
use access::{ProvisionedTeam, TeamName};
use axum::response::{IntoResponse as _, Response};
use db::WriteTx;
use http::{HeaderMap, StatusCode, header};
use kernel::{AuditEntry, TeamId, UserId};

use super::super::answer::must_be_known;
use super::super::body::Body;
use super::super::list::Asked;
use super::{known, people, shown, within};
use crate::extract::{Id, Provisioner, Query};
use crate::problem::scim::{of_group, of_group_name};
use crate::problem::{Problem, kind};

/// Says anew what a team is called and who is in it (RFC 7644 3.5.1).
pub(in crate::scim) async fn replace(
    directory: Provisioner,
    Id(id): Id<TeamId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Problem> {
    let group = Group::of(&read(Resource::Group, &body)?)?;
    let (state, team) = apply(directory, (id, &headers), |_| Ok(group)).await?;
    let projection = asked.projection(Resource::Group);
    let shown = shown(&state, &team);
    Ok(shown.answer(StatusCode::OK, (Resource::Group, &projection)))
}

/// Changes some of it (RFC 7644 3.5.2). A group may be large, so that the answer holds it only where attributes
/// are asked for.
pub(in crate::scim) async fn patch(
    directory: Provisioner,
    Id(id): Id<TeamId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Problem> {
    let wanted = |known: Group| {
        let mut own = known.to_value("");
        ::scim::patch(Resource::Group, &mut own, &body)?;
        Group::of(&own)
    };
    let (state, team) = apply(directory, (id, &headers), wanted).await?;
    let projection = asked.projection(Resource::Group);
    let version = super::super::answer::version(team.changed_at);
    if asked.names_attributes() {
        let shown = shown(&state, &team);
        return Ok(shown.answer(StatusCode::OK, (Resource::Group, &projection)));
    }
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, version)]).into_response())
}

async fn apply(
    directory: Provisioner,
    (id, headers): (TeamId, &HeaderMap),
    wanted: impl FnOnce(Group) -> Result<Group, ScimError>,
) -> Result<(crate::AppState, ProvisionedTeam), Problem> {
    let directory = directory.release();
    let mut tx = directory.write().await?;
    let present = held(&mut tx, id).await?;
    must_be_known(headers, present.changed_at)?;
    let told = change(&mut tx, &present, &wanted(known(&present))?).await?;
    if told.is_empty() {
        return Ok((directory.state, present));
    }
    let team = held(&mut tx, id).await?;
    tx.commit_all(told).await?;
    Ok((directory.state, team))
}

async fn held(tx: &mut WriteTx, id: TeamId) -> Result<ProvisionedTeam, Problem> {
    let team = access::hold_provisioned_team(tx, id).await?;
    team.ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

/// Does what differs, and returns what to tell of it.
async fn change(
    tx: &mut WriteTx,
    present: &ProvisionedTeam,
    group: &Group,
) -> Result<Vec<AuditEntry>, Problem> {
    let mut told = Vec::new();
    let external_id = group.external_id.as_deref();
    if group.display_name != present.name || external_id != present.external_id.as_deref() {
        let name = TeamName::parse(&group.display_name).map_err(of_group_name)?;
        let changed = access::change_provisioned_team(tx, present.id, &name, external_id).await;
        told.push(changed.map_err(of_group)?);
    }
    let members = people(&group.members)?;
    let coming = without(&members, &present.members);
    let going = without(&present.members, &members);
    within(coming.len() + going.len())?;
    if !coming.is_empty() || !going.is_empty() {
        let changed = (coming.as_slice(), going.as_slice());
        let changed = access::change_provisioned_members(tx, present.id, changed).await;
        told.extend(changed.map_err(of_group)?);
    }
    Ok(told)
}

fn without(all: &[UserId], others: &[UserId]) -> Vec<UserId> {
    let others: std::collections::BTreeSet<&UserId> = others.iter().collect();
    let left = all.iter().filter(|one| !others.contains(one));
    left.copied().collect()
}
