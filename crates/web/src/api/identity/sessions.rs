use axum::Json;
use http::{HeaderMap, StatusCode};
use identity::SessionRow;
use kernel::SessionId;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::{Account, Id};
use crate::problem::{Problem, kind};
use crate::session::{Names, cookie};

/// A running session of the person who asks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// Its identifier.
    #[schema(example = "ses_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// What the client called itself.
    client: String,
    /// Where it began, an IP address.
    address: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// The organisation that it is in; null where it is in none.
    #[schema(example = "org_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    organisation: Option<String>,
    /// What that organisation is called.
    organisation_name: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// The sessions of the person who asks, newest first.
///
/// To one that an organisation's identity provider began, those in that organisation alone.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "identity", responses(
    (status = 200, description = "Where they are signed in.", body = Vec<Session>),
))]
pub(super) async fn list_sessions(mut account: Account) -> Result<Json<Vec<Session>>, Problem> {
    let rows = identity::sessions(&mut account.tx).await?;
    let current = account.who.session;
    Ok(Json(
        rows.into_iter()
            .map(|row| Session::of(row, current))
            .collect(),
    ))
}

/// Ends one of the sessions of the person who asks, the own one too: signing out.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "identity",
    params(("id" = String, Path, description = "The session.")),
    responses((status = 204, description = "It fails on its next use.")),
)]
pub(super) async fn end_session(
    account: Account,
    Id(session): Id<SessionId>,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let caller = account.release();
    if !identity::end_session(caller.write().await?, session).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let mut headers = HeaderMap::new();
    if session == caller.who.session {
        let names = Names::of(caller.state.is_https());
        cookie::add(&mut headers, cookie::clear(names, names.session));
    }
    Ok((StatusCode::NO_CONTENT, headers))
}

impl Session {
    fn of(row: SessionRow, current: SessionId) -> Self {
        let (organisation, organisation_name) = row.organisation.unzip();
        Self {
            organisation: organisation.map(|id| id.to_string()),
            organisation_name,
            id: row.id.to_string(),
            client: row.client,
            address: row.address,
            created_at: row.created_at,
            expires_at: row.expires_at,
            current: row.id == current,
        }
    }
}
