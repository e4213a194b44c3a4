use ::scim::Resource;
use access::WantedTeams;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::TeamId;

use super::super::answer::{is_known, not_modified};
use super::super::list::Asked;
use super::shown;
use crate::extract::{Id, Provisioner, Query};
use crate::problem::{Problem, kind};

/// A team of the directory's (RFC 7644 3.4.1).
pub(in crate::scim) async fn show(
    mut directory: Provisioner,
    Id(id): Id<TeamId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let projection = asked.projection(Resource::Group);
    let wanted = WantedTeams {
        id: Some(id),
        with_members: projection.has("members"),
        ..WantedTeams::default()
    };
    let (_, found) = access::provisioned_teams(&mut directory.tx, wanted, (0, 1)).await?;
    let team = found.first();
    let team = team.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    if is_known(&headers, team.changed_at) {
        return Ok(not_modified(team.changed_at));
    }
    let shown = shown(&directory.state, team);
    Ok(shown.answer(StatusCode::OK, (Resource::Group, &projection)))
}
