use axum::response::Response;
use kernel::OperatorAccessId;
use ui::Nav;
use ui::access::{OperatorRow, Operators};

use crate::Can;
use crate::extract::Id;
use crate::pages::answer::{done, html};
use crate::problem::{Problem, kind};
use crate::route::permission::{AuditRead, OrganisationManage};

const PAGE: &str = "/access/operators";

/// Who looked into the organisation from outside, and why.
pub(super) async fn list_operators(mut can: Can<AuditRead>) -> Result<Response, Problem> {
    let page = can.page(Nav::Audit).await?;
    let rows = access::operator_access(&mut can.tx).await?;
    let now = can.state.now();
    let row = |row: access::OperatorAccess| OperatorRow {
        is_open: row.ended_at.is_none() && row.expires_at > now,
        id: row.id,
        operator: row.operator,
        reason: row.reason,
        opened_at: row.opened_at,
        expires_at: row.expires_at,
        ended_at: row.ended_at,
        ended_by: row.ended_by.unwrap_or_default(),
        last_used_at: row.last_used_at,
    };
    let rows = rows.into_iter().map(row).collect();
    html(&Operators { page, rows })
}

/// Ends one, at once.
pub(super) async fn end_operator(
    can: Can<OrganisationManage>,
    Id(id): Id<OperatorAccessId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if access::end_operator(caller.write().await?, id).await? {
        let told = "The access is ended. Its next request is refused.";
        Ok(done(&caller.state, PAGE, told))
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
