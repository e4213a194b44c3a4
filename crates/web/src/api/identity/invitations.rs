use axum::Json as Answer;
use http::StatusCode;
use identity::{Email, InvitationRow, InviteAgain, InviteError};
use kernel::InvitationId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::members::given;
use crate::Can;
use crate::extract::{Id, Json, Recent};
use crate::problem::{Problem, kind};
use crate::route::permission::PeopleInvite;

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvitation {
    /// Who alone may accept it.
    #[schema(example = "ada@example.com")]
    email: String,
    /// A role of the organisation's own; or else
    #[schema(example = "rol_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    custom_role: Option<String>,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER,
    role: Option<String>,
    /// with 100 (Super Admin) down to 20 (Viewer): at most the own.
    level: Option<i32>,
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Invitation {
    /// Its identifier.
    id: String,
    /// Who may accept it.
    email: String,
    /// OWNER, ADMIN, PARTICIPANT or REVIEWER.
    role: String,
    /// 100 (Super Admin) down to 20 (Viewer).
    level: i32,
    /// The name of the organisation's own role that it gives instead.
    custom_role: Option<String>,
    /// Who invited.
    invited_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Until when its link works; none was sent yet where nothing.
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
}

/// An invitation that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Invited {
    /// Its identifier.
    id: String,
}

/// The open invitations of the organisation, the newest first.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "identity", responses(
    (status = 200, description = "Up to 500 of them.", body = Vec<Invitation>),
))]
pub(super) async fn list_invitations(
    mut can: Can<PeopleInvite>,
) -> Result<Answer<Vec<Invitation>>, Problem> {
    let open = identity::invitations(&mut can.tx).await?;
    Ok(Answer(open.into_iter().map(Invitation::from).collect()))
}

/// Invites an address by mail. Its link works once, for 7 days, for that address alone.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "identity", request_body = NewInvitation, responses(
    (status = 201, description = "The mail is on its way.", body = Invited),
))]
pub(super) async fn invite(
    recent: Recent<PeopleInvite>,
    Json(form): Json<NewInvitation>,
) -> Result<(StatusCode, Answer<Invited>), Problem> {
    let wrong = |field, text: String| Problem::new(kind::INVITATION_INVALID).field(field, text);
    let email = Email::parse(&form.email).map_err(|error| wrong("email", error.to_string()))?;
    let custom = form.custom_role.as_deref();
    let standing = given(custom, form.role.as_deref(), form.level)
        .map_err(|(field, error)| wrong(field, error))?;
    let caller = recent.0.release();
    let db = &caller.state.db;
    let id = InvitationId::new(db.clock().now(), db.chance());
    match identity::invite(caller.write().await?, id, &email, standing).await {
        Ok(()) => Ok((StatusCode::CREATED, Answer(Invited { id: id.to_string() }))),
        Err(InviteError::Database(error)) => Err(error.into()),
        Err(error @ InviteError::Beyond) => Err(wrong("level", error.to_string())),
        Err(error) => Err(wrong("email", error.to_string())),
    }
}

/// Sends an open invitation again, with a new link; the one before works no more.
#[utoipa::path(post, path = "/api/v1/invitations/{id}/again", tag = "identity",
    params(("id" = String, Path, description = "The invitation.")),
    responses((status = 202, description = "The mail is on its way.")),
)]
pub(super) async fn invite_again(
    can: Can<PeopleInvite>,
    Id(invitation): Id<InvitationId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    match identity::invite_again(caller.write().await?, invitation).await? {
        InviteAgain::Queued => Ok(StatusCode::ACCEPTED),
        InviteAgain::TooSoon => Err(Problem::new(kind::TOO_MANY_TRIES).retry_after(60)),
        InviteAgain::Gone => Err(Problem::new(kind::NOT_FOUND)),
    }
}

/// Takes an open invitation back: its link opens nothing.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", tag = "identity",
    params(("id" = String, Path, description = "The invitation.")),
    responses((status = 204, description = "Revoked.")),
)]
pub(super) async fn revoke_invitation(
    can: Can<PeopleInvite>,
    Id(invitation): Id<InvitationId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    if identity::revoke_invitation(caller.write().await?, invitation).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}

impl From<InvitationRow> for Invitation {
    fn from(row: InvitationRow) -> Self {
        Self {
            id: row.id.to_string(),
            email: row.email,
            role: row.role,
            level: row.level,
            custom_role: row.custom_role,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}
