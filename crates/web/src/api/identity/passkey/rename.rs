use http::StatusCode;
use identity::PasskeyName;
use kernel::PasskeyId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Id, Json, RecentAccount};
use crate::problem::{Problem, kind};

/// Another name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api::identity) struct RenamePasskey {
    /// 1 to 60 characters.
    #[schema(example = "Old phone")]
    name: String,
}

/// Gives a passkey of the person who asks another name. Needs a fresh proof.
#[utoipa::path(patch, path = "/api/v1/passkeys/{id}", tag = "identity", request_body = RenamePasskey,
    params(("id" = String, Path, description = "The passkey.")),
    responses((status = 204, description = "Renamed.")),
)]
pub(in crate::api::identity) async fn rename_passkey(
    recent: RecentAccount,
    Id(passkey): Id<PasskeyId>,
    Json(form): Json<RenamePasskey>,
) -> Result<StatusCode, Problem> {
    let name = PasskeyName::parse(&form.name)
        .map_err(|wrong| Problem::new(kind::PASSKEY_NAME).field("name", wrong.to_string()))?;
    let caller = recent.0.release();
    if identity::rename_passkey(caller.write().await?, passkey, &name).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}
