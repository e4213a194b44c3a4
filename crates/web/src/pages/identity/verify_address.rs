use axum::response::Response;
use identity::{AskVerification, LinkError};
use serde::Deserialize;
use ui::identity::{MailLink, VerifyAddress};

use crate::Can;
use crate::extract::{Form, Query};
use crate::pages::answer::{done, failed, html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::route::permission::Person;

/// The link's own query.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub(super) token: String,
}

/// Whose address the link confirms, and a button.
pub(super) async fn show(
    mut can: Can<Person>,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let state = &can.state;
    state.throttles.link(can.context.address, state.now())?;
    let shown = identity::show_verification(&mut can.tx, &link.token).await;
    match shown {
        Ok(face) if face.user == can.principal.user => html(&VerifyAddress {
            page: page_of(&can.state, &can.context, None),
            link: Some(MailLink {
                name: face.name,
                email: face.email,
                token: link.token,
                expires_at: face.expires_at,
            }),
        }),
        Ok(_) | Err(LinkError::Dead) => dead(&can),
        Err(other) => Err(other.into()),
    }
}

/// Confirms the address of whoever is signed in.
pub(super) async fn verify(can: Can<Person>, form: Form) -> Result<Response, Problem> {
    let (state, user) = (&can.state, can.principal.user);
    state.throttles.link(can.context.address, state.now())?;
    let tx = can.write().await?;
    match identity::verify_address(tx, user, form.get("token")).await {
        Ok(()) => Ok(done(&can.state, "/", "Your address is confirmed.")),
        Err(LinkError::Dead) => dead(&can),
        Err(other) => Err(other.into()),
    }
}

/// Sends the link again.
pub(super) async fn again(can: Can<Person>) -> Result<Response, Problem> {
    let caller = can.release();
    let asked = identity::ask_verification(caller.write().await?, caller.principal.user).await?;
    let state = &caller.state;
    Ok(match asked {
        AskVerification::Queued => done(state, "/", "A new link is on its way to your address."),
        AskVerification::TooSoon => failed(
            state,
            "/",
            "The last link was sent a moment ago. Look into your mail, and wait a minute before you ask again.",
        ),
        AskVerification::Verified => done(state, "/", "Your address is confirmed already."),
    })
}

fn dead(can: &Can<Person>) -> Result<Response, Problem> {
    let view = VerifyAddress {
        page: page_of(&can.state, &can.context, None),
        link: None,
    };
    refused(&Problem::new(kind::LINK_DEAD), &view)
}
