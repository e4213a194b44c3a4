use ::scim::{Group, Resource, read};
use access::TeamName;
use axum::response::Response;
use http::StatusCode;
use kernel::TeamId;

use super::super::body::Body;
use super::super::list::Asked;
use super::{people, shown, within};
use crate::extract::{Provisioner, Query};
use crate::problem::scim::{of_group, of_group_name};
use crate::problem::{Problem, kind};

/// Makes a team whose members the directory says (RFC 7644 3.3).
pub(in crate::scim) async fn create(
    directory: Provisioner,
    Query(asked): Query<Asked>,
    Body(body): Body,
) -> Result<Response, Problem> {
    let group = Group::of(&read(Resource::Group, &body)?)?;
    let name = TeamName::parse(&group.display_name).map_err(of_group_name)?;
    let members = people(&group.members)?;
    within(members.len())?;
    let directory = directory.release();
    let state = &directory.state;
    let mut tx = directory.write().await?;
    let id = TeamId::new(state.now(), state.db.chance());
    let external_id = group.external_id.as_deref();
    let made = access::provision_team(&mut tx, id, &name, external_id).await;
    let mut told = vec![made.map_err(of_group)?];
    let joined = access::change_provisioned_members(&mut tx, id, (&members, &[])).await;
    told.extend(joined.map_err(of_group)?);
    let team = access::hold_provisioned_team(&mut tx, id).await?;
    let team = team.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    tx.commit_all(told).await?;
    let projection = asked.projection(Resource::Group);
    let created = shown(state, &team);
    Ok(created.answer(StatusCode::CREATED, (Resource::Group, &projection)))
}
