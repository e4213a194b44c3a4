use ::scim::Resource;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use identity::Wanted;
use kernel::UserId;

use super::super::answer::{is_known, not_modified};
use super::super::list::Asked;
use super::shown;
use crate::extract::{Id, Provisioner, Query};
use crate::problem::{Problem, kind};

/// Somebody whom the directory has named (RFC 7644 3.4.1).
pub(in crate::scim) async fn show(
    mut directory: Provisioner,
    Id(id): Id<UserId>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wanted = Wanted {
        user: Some(id),
        ..Wanted::default()
    };
    let found = identity::provisioned(&mut directory.tx, wanted, (0, 1)).await?;
    let named = found.rows.first();
    let named = named.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    if is_known(&headers, named.changed_at) {
        return Ok(not_modified(named.changed_at));
    }
    let projection = asked.projection(Resource::User);
    let shown = shown(&directory.state, named)?;
    Ok(shown.answer(StatusCode::OK, (Resource::User, &projection)))
}
