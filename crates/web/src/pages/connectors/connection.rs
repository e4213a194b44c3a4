use axum::response::Response;
use connectors::CallRow;
use kernel::{CallId, ConnectionId, PageSize};
use serde::Deserialize;
use ui::component::Pages;
use ui::connectors::Receipt;

use super::{connection_page, receipt, scan_face, sharing};
use crate::Can;
use crate::extract::{Id, Query};
use crate::pages::answer::html;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsRead;

/// Which of its calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those before this one.
    before: Option<String>,
}

/// One connected app: what it may do and what it did.
pub(super) async fn connection(
    mut can: Can<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let before = which.before.as_deref().map(str::parse::<CallId>);
    let before = before
        .transpose()
        .map_err(|_| Problem::new(kind::BAD_QUERY))?;
    let page = can.page(ui::Nav::Connectors).await?;
    let row = connectors::connection(&mut can.tx, id).await?;
    let row = row.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let size = PageSize::default();
    let calls = connectors::calls(&mut can.tx, id, before, size).await?;
    let pages = pages(id, (before, &calls), size);
    let scan = scan_face::view(&mut can, &row).await?;
    let sharing = sharing::view(&mut can, &row).await?;
    let manifest = can.state.apps.get(&row.app);
    let list = (calls, pages);
    let receipt = connectors::receipt(&mut can.tx, id).await?;
    let entry = receipt::entry(&mut can.tx, id).await?;
    let receipt = receipt.map(|row| Receipt {
        entry,
        ..receipt::view(row, manifest, page.now)
    });
    let asides = (scan, sharing, receipt);
    html(&connection_page::view(page, manifest, (row, list), asides))
}

/// Cursors lead one way: newer is where the list begins.
fn pages(id: ConnectionId, (before, calls): (Option<CallId>, &[CallRow]), size: PageSize) -> Pages {
    let is_full = i64::try_from(calls.len()).is_ok_and(|count| count == size.rows());
    let older = calls.last().filter(|_| is_full);
    Pages {
        newer: before.map(|_| format!("/connectors/{id}#calls-title")),
        older: older.map(|last| format!("/connectors/{id}?before={}#calls-title", last.id)),
    }
}
