use axum::response::Response;
use identity::{Given, MemberError};
use kernel::{UserId, words};

use crate::AppState;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed};
use crate::problem::{Problem, kind};
use crate::route::permission::PeopleManage;

const PEOPLE: &str = "/people";

/// Gives a member another role.
pub(super) async fn change(
    recent: Recent<PeopleManage>,
    Id(member): Id<UserId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let given = Given::parse(form.get("standing"))
        .map_err(|wrong| Problem::new(kind::MEMBER_INVALID).field("standing", wrong.to_string()))?;
    let changed = identity::change_member(caller.write().await?, member, given).await;
    answer(
        &caller.state,
        changed,
        "The role is changed, from the next request on.",
    )
}

/// Removes a member from the organisation.
pub(super) async fn remove(
    recent: Recent<PeopleManage>,
    Id(member): Id<UserId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let removed = identity::remove_member(caller.write().await?, member).await;
    answer(
        &caller.state,
        removed,
        "They are out: sessions and API keys have ended.",
    )
}

fn answer(
    state: &AppState,
    outcome: Result<(), MemberError>,
    text: &str,
) -> Result<Response, Problem> {
    match outcome {
        Ok(()) => Ok(done(state, PEOPLE, text)),
        Err(wrong @ (MemberError::Beyond | MemberError::LastOwner)) => {
            Ok(failed(state, PEOPLE, &words::sentence(&wrong.to_string())))
        }
        Err(other) => Err(other.into()),
    }
}
