use ::scim::{Filter, Narrow, Page, Resource, ScimError, list_response};
use axum::response::Response;
use db::ReadTx;
use http::StatusCode;
use identity::{Named, Wanted};
use serde_json::Value;

use super::super::answer::answer;
use super::super::list::{Asked, MOST_SCANNED, cut};
use super::shown;
use crate::AppState;
use crate::extract::{Provisioner, Query};
use crate::problem::Problem;

/// Whom the directory has named (RFC 7644 3.4.2).
pub(in crate::scim) async fn list(
    mut directory: Provisioner,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = asked.filter(Resource::User)?;
    let page = asked.page();
    let (total, rows) = match filter.as_ref().map(|filter| (filter, filter.narrow())) {
        Some((filter, narrow)) if !narrow.is_all => {
            let found = scanned(&directory.state, &mut directory.tx, (filter, &narrow)).await?;
            cut(found, page)
        }
        narrow => {
            let narrow = narrow.map(|(_, narrow)| narrow).unwrap_or_default();
            paged(&mut directory.tx, &narrow, page).await?
        }
    };
    let projection = asked.projection(Resource::User);
    let shown = rows.iter().map(|named| {
        let shown = shown(&directory.state, named)?;
        Ok(projection.apply(Resource::User, shown.whole))
    });
    let shown: Vec<Value> = shown.collect::<Result<_, Problem>>()?;
    Ok(answer(StatusCode::OK, &list_response(total, page, &shown)))
}

/// What an index finds. Nothing where the identifier is none.
fn wanted(narrow: &Narrow) -> Option<Wanted<'_>> {
    let user = narrow.id.as_deref().map(str::parse).transpose().ok()?;
    Some(Wanted {
        user,
        user_name: narrow.name.as_deref(),
        external_id: narrow.external_id.as_deref(),
    })
}

async fn paged(
    tx: &mut ReadTx,
    narrow: &Narrow,
    page: Page,
) -> Result<(usize, Vec<Named>), Problem> {
    let Some(wanted) = wanted(narrow) else {
        return Ok((0, Vec::new()));
    };
    let found = identity::provisioned(tx, wanted, (page.skipped(), page.count)).await?;
    if found.rows.is_empty() && (page.count == 0 || page.skipped() > 0) {
        // Past the end, or for the number alone: no row says how many there are.
        let first = identity::provisioned(tx, wanted, (0, 1)).await?;
        return Ok((first.total, Vec::new()));
    }
    Ok((found.total, found.rows))
}

/// What a filter leaves of what an index finds.
async fn scanned(
    state: &AppState,
    tx: &mut ReadTx,
    (filter, narrow): (&Filter, &Narrow),
) -> Result<Vec<Named>, Problem> {
    let Some(wanted) = wanted(narrow) else {
        return Ok(Vec::new());
    };
    let found = identity::provisioned(tx, wanted, (0, MOST_SCANNED)).await?;
    if found.total > MOST_SCANNED {
        return Err(ScimError::TooMany.into());
    }
    let mut left = Vec::new();
    for named in found.rows {
        if filter.matches(&shown(state, &named)?.whole) {
            left.push(named);
        }
    }
    Ok(left)
}
