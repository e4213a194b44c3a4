use axum::Json;
use http::StatusCode;
use kernel::MailId;
use mail::{OutboxRow, OutboxState, SendAgain};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::Can;
use crate::extract::Id;
use crate::problem::{Problem, kind};
use crate::route::permission::MailManage;

/// A mail of the organisation. What it says, and where its link leads, is kept nowhere.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mail {
    /// Its identifier.
    id: String,
    /// Whom it is for.
    recipient: String,
    /// What it is about, in words.
    #[schema(example = "Invitation")]
    about: &'static str,
    /// `queued`, `sent` or `failed`.
    state: &'static str,
    /// How often it was tried.
    attempts: i32,
    /// What was in the way the last time.
    last_error: Option<String>,
    /// When it was queued for the last time.
    #[serde(with = "time::serde::rfc3339")]
    queued_at: OffsetDateTime,
}

/// The latest mails of the organisation, the newest first.
#[utoipa::path(get, path = "/api/v1/mails", tag = "mail", responses(
    (status = 200, description = "Up to 100 of them.", body = Vec<Mail>),
))]
pub(super) async fn list_mails(mut can: Can<MailManage>) -> Result<Json<Vec<Mail>>, Problem> {
    let mails = mail::outbox(&mut can.tx).await?;
    Ok(Json(mails.into_iter().map(Mail::from).collect()))
}

/// Sends a mail again, with a new link; the one before works no more.
#[utoipa::path(post, path = "/api/v1/mails/{id}/again", tag = "mail",
    params(("id" = String, Path, description = "The mail.")),
    responses((status = 202, description = "It is queued again.")),
)]
pub(super) async fn send_mail_again(
    can: Can<MailManage>,
    Id(mail): Id<MailId>,
) -> Result<StatusCode, Problem> {
    let caller = can.release();
    match mail::send_again(caller.write().await?, mail).await? {
        SendAgain::Queued => Ok(StatusCode::ACCEPTED),
        SendAgain::TooSoon => Err(Problem::new(kind::TOO_MANY_TRIES).retry_after(60)),
        SendAgain::Gone => Err(Problem::new(kind::NOT_FOUND)),
    }
}

impl From<OutboxRow> for Mail {
    fn from(row: OutboxRow) -> Self {
        Self {
            id: row.id.to_string(),
            recipient: row.recipient,
            about: row.kind.label(),
            state: match row.state {
                OutboxState::Queued => "queued",
                OutboxState::Sent => "sent",
                OutboxState::Failed => "failed",
            },
            attempts: row.attempts,
            last_error: row.last_error,
            queued_at: row.queued_at,
        }
    }
}
