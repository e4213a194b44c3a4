use axum::response::Response;
use kernel::ConnectionId;

use crate::Can;
use crate::api::connectors::end_connection;
use crate::extract::Id;
use crate::pages::answer::done;
use crate::problem::Problem;
use crate::route::permission::ConnectorsManage;

/// Ends a connection.
pub(super) async fn disconnect(
    can: Can<ConnectorsManage>,
    Id(connection): Id<ConnectionId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    let told = match end_connection(&caller, connection).await? {
        Some(true) => "Disconnected. The app confirmed that the token is revoked.",
        Some(false) => {
            "Disconnected, and the token is destroyed here. The app did not confirm that it is \
             revoked: end it in the app's settings as well."
        }
        None => {
            "Disconnected, and the token is destroyed here. This app has no way to revoke it: end it \
             in the app's settings as well."
        }
    };
    Ok(done(
        &caller.state,
        &format!("/connectors/{connection}"),
        told,
    ))
}
