use axum::response::Response;
use kernel::{ConnectionId, Revocation};

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
        Some(Revocation::Confirmed) => {
            "Disconnected. The app confirmed that the token is revoked, and it is destroyed here."
        }
        Some(Revocation::NotConfirmed) => {
            "Disconnected, and the token is destroyed here. The app did not confirm that it is \
             revoked: end it in the app's settings as well."
        }
        Some(Revocation::NotPossible) => {
            "Disconnected, and the token is destroyed here. This app has no way to revoke it: end it \
             in the app's settings as well."
        }
        Some(Revocation::NothingToRevoke) => "Disconnected. The app had given no token.",
        None => {
            "Disconnected: no call leaves any more. The app did not answer, and is told again; the \
             receipt says how it comes out."
        }
    };
    Ok(done(
        &caller.state,
        &format!("/connectors/{connection}"),
        told,
    ))
}
