use http::StatusCode;

use crate::Can;
use crate::extract::Recent;
use crate::problem::Problem;
use crate::route::permission::OrganisationManage;

/// Opens the organisation to its anonymous keys. Needs a fresh proof of who asks
/// (`identity.not_recent`), and a linter of row level security that passed within 15 minutes
/// (`access.anonymous_not_opened`).
#[utoipa::path(post, path = "/api/v1/anonymous-access", tag = "access", responses(
    (status = 204, description = "It is open."),
))]
pub(super) async fn turn_on_anonymous(
    Recent(can): Recent<OrganisationManage>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    access::turn_on_anonymous(caller.write().await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes it: every anonymous key fails on its next use.
#[utoipa::path(delete, path = "/api/v1/anonymous-access", tag = "access", responses(
    (status = 204, description = "It is closed."),
))]
pub(super) async fn turn_off_anonymous(
    can: Can<OrganisationManage>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    access::turn_off_anonymous(caller.write().await?).await?;
    Ok(StatusCode::NO_CONTENT)
}
