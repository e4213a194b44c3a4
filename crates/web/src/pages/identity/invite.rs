use axum::response::Response;
use identity::{Email, Given, InviteAgain, InviteError};
use kernel::InvitationId;
use ui::component::FieldErrors;

use super::people::{Typed, page};
use crate::Can;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::PeopleInvite;

const PEOPLE: &str = "/people";

/// Invites an address by mail.
pub(super) async fn invite(recent: Recent<PeopleInvite>, form: Form) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let (typed_email, typed_standing) = (form.get("email"), form.get("standing"));
    let (email, given) = (Email::parse(typed_email), Given::parse(typed_standing));
    let errors = match (email, given) {
        (Ok(email), Ok(given)) => {
            let db = &caller.state.db;
            let id = InvitationId::new(db.clock().now(), db.chance());
            match identity::invite(caller.write().await?, id, &email, given).await {
                Ok(()) => {
                    let text = format!("An invitation is on its way to {}.", email.as_str());
                    return Ok(done(&caller.state, PEOPLE, &text));
                }
                Err(InviteError::Database(error)) => return Err(error.into()),
                Err(wrong @ InviteError::Beyond) => {
                    FieldErrors::default().with("standing", wrong.to_string())
                }
                Err(wrong) => FieldErrors::default().with("email", wrong.to_string()),
            }
        }
        (Err(wrong), _) => FieldErrors::default().with("email", wrong.to_string()),
        (_, Err(wrong)) => FieldErrors::default().with("standing", wrong.to_string()),
    };
    let typed = Typed {
        email: typed_email.to_owned(),
        standing: typed_standing.to_owned(),
        errors,
    };
    let mut can = caller.again::<PeopleInvite>().await?;
    let view = page(&mut can, typed).await?;
    refused(&Problem::new(kind::INVITATION_INVALID), &view)
}

/// Sends an open invitation again, with a new link.
pub(super) async fn again(
    can: Can<PeopleInvite>,
    Id(invitation): Id<InvitationId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    let state = &caller.state;
    match identity::invite_again(caller.write().await?, invitation).await? {
        InviteAgain::Queued => Ok(done(
            state,
            PEOPLE,
            "The invitation is on its way again. The link before it works no more.",
        )),
        InviteAgain::TooSoon => Ok(failed(
            state,
            PEOPLE,
            "It was sent a moment ago, or all too often. Wait a minute before you send it again.",
        )),
        InviteAgain::Gone => Err(Problem::new(kind::NOT_FOUND)),
    }
}

/// Takes an open invitation back.
pub(super) async fn revoke(
    can: Can<PeopleInvite>,
    Id(invitation): Id<InvitationId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !identity::revoke_invitation(caller.write().await?, invitation).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(
        &caller.state,
        PEOPLE,
        "The invitation is revoked: its link opens nothing.",
    ))
}
