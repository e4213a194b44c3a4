use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use kernel::TeamId;

use super::super::answer::must_be_known;
use crate::extract::{Id, Provisioner};
use crate::problem::scim::of_group;
use crate::problem::{Problem, kind};

/// Ends a team of the directory's, with what its members were given by it (RFC 7644 3.6).
pub(in crate::scim) async fn remove(
    directory: Provisioner,
    Id(id): Id<TeamId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = directory.release();
    let mut tx = directory.write().await?;
    let present = access::hold_provisioned_team(&mut tx, id).await?;
    let present = present.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    must_be_known(&headers, present.changed_at)?;
    let entry = access::remove_provisioned_team(&mut tx, id).await;
    tx.commit(entry.map_err(of_group)?).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
