use axum::response::Response;
use kernel::ConnectionId;

use crate::Can;
use crate::api::connectors;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::Problem;
use crate::route::permission::ConnectorsManage;

/// Says that a connection is still needed.
pub(super) async fn keep(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
) -> Result<Response, Problem> {
    let state = can.state.clone();
    connectors::keep(can, connection).await?;
    let told = "Kept. It is raised again after another month without use.";
    Ok(done(&state, "/connectors", told))
}
