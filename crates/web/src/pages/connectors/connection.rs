use axum::response::Response;
use kernel::{ConnectionId, PageSize};

use super::{connection_page, scan_face};
use crate::Can;
use crate::extract::Id;
use crate::pages::answer::html;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsRead;

/// One connected app: what it may do and what it did.
pub(super) async fn connection(
    mut can: Can<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
) -> Result<Response, Problem> {
    let page = can.page(ui::Nav::Connectors).await?;
    let row = connectors::connection(&mut can.tx, id).await?;
    let row = row.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let calls = connectors::calls(&mut can.tx, id, PageSize::default()).await?;
    let scan = scan_face::view(&mut can, &row, &calls).await?;
    let manifest = can.state.apps.get(&row.app);
    html(&connection_page::view(page, manifest, (row, calls), scan))
}
