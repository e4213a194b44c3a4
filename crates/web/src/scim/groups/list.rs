use ::scim::{Filter, Narrow, Page, Resource, list_response};
use access::{ProvisionedTeam, WantedTeams};
use axum::response::Response;
use db::ReadTx;
use http::StatusCode;
use serde_json::Value;

use super::super::answer::answer;
use super::super::list::{Asked, MOST_SCANNED, cut};
use super::shown;
use crate::AppState;
use crate::extract::{Provisioner, Query};
use crate::problem::Problem;

/// The directory's teams (RFC 7644 3.4.2).
pub(in crate::scim) async fn list(
    mut directory: Provisioner,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter(Resource::Group)?;
    let page = asked.page();
    let projection = asked.projection(Resource::Group);
    let with_members = projection.has("members");
    let (total, rows) = match filter.as_ref().map(|filter| (filter, filter.narrow())) {
        Some((filter, narrow)) if !narrow.is_all => {
            let found = scanned(&directory.state, &mut directory.tx, (filter, &narrow)).await?;
            cut(found, page)
        }
        narrow => {
            let narrow = narrow.map(|(_, narrow)| narrow).unwrap_or_default();
            paged(&mut directory.tx, (&narrow, with_members), page).await?
        }
    };
    let shown = rows.iter().map(|team| {
        let whole = shown(&directory.state, team).whole;
        projection.apply(Resource::Group, whole)
    });
    let shown: Vec<Value> = shown.collect();
    Ok(answer(StatusCode::OK, &list_response(total, page, &shown)))
}

/// What an index finds. Nothing where an identifier is none.
fn wanted(narrow: &Narrow, with_members: bool) -> Option<WantedTeams<'_>> {
    Some(WantedTeams {
        id: narrow.id.as_deref().map(str::parse).transpose().ok()?,
        name: narrow.name.as_deref(),
        external_id: narrow.external_id.as_deref(),
        member: narrow.member.as_deref().map(str::parse).transpose().ok()?,
        with_members,
    })
}

type Found = (usize, Vec<ProvisionedTeam>);

async fn paged(
    tx: &mut ReadTx,
    (narrow, with_members): (&Narrow, bool),
    page: Page,
) -> Result<Found, Problem> {
    let Some(wanted) = wanted(narrow, with_members) else {
        return Ok((0, Vec::new()));
    };
    let found = access::provisioned_teams(tx, wanted, (page.skipped(), page.count)).await?;
    if found.1.is_empty() && (page.count == 0 || page.skipped() > 0) {
        // Past the end, or for the number alone: no row says how many there are.
        let first = access::provisioned_teams(tx, wanted, (0, 1)).await?;
        return Ok((first.0, Vec::new()));
    }
    Ok(found)
}

/// What a filter leaves of what an index finds. An organisation has at most 200 teams.
async fn scanned(
    state: &AppState,
    tx: &mut ReadTx,
    (filter, narrow): (&Filter, &Narrow),
) -> Result<Vec<ProvisionedTeam>, Problem> {
    let Some(wanted) = wanted(narrow, true) else {
        return Ok(Vec::new());
    };
    let (_, mut found) = access::provisioned_teams(tx, wanted, (0, MOST_SCANNED)).await?;
    found.retain(|team| filter.matches(&shown(state, team).whole));
    Ok(found)
}
