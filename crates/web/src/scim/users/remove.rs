use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use kernel::UserId;

use super::super::answer::must_be_known;
use crate::extract::{Id, Provisioner};
use crate::problem::{Problem, kind};

/// Ends somebody's membership, and what the directory says of it (RFC 7644 3.6). Their account stays theirs.
pub(in crate::scim) async fn remove(
    directory: Provisioner,
    Id(id): Id<UserId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let directory = directory.release();
    let mut tx = directory.write().await?;
    let present = identity::hold_provisioned(&mut tx, id).await?;
    let present = present.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    must_be_known(&headers, present.changed_at)?;
    let entry = identity::end_provisioned(&mut tx, id).await?;
    tx.commit(entry).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
