use axum::response::Response;
use identity::{AskVerification, LinkError};
use serde::Deserialize;
use ui::identity::{MailLink, VerifyAddress};

use crate::extract::{Account, Form, Holder, Query};
use crate::pages::answer::{done, failed, html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// The link's own query.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub(super) token: String,
}

/// Whose address the link confirms, and a button.
pub(super) async fn show(
    mut account: Account,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let state = &account.state;
    state.throttles.link(account.context.address, state.now())?;
    let shown = identity::show_verification(&mut account.tx, &link.token).await;
    match shown {
        Ok(face) if face.user == account.who.user => html(&VerifyAddress {
            page: page_of(&account.state, &account.context, None),
            link: Some(MailLink {
                name: face.name,
                email: face.email,
                token: link.token,
                expires_at: face.expires_at,
            }),
        }),
        Ok(_) | Err(LinkError::Dead) => dead(&account.release()),
        Err(other) => Err(other.into()),
    }
}

/// Confirms the address of whoever is signed in.
pub(super) async fn verify(account: Account, form: Form) -> Result<Response, Problem> {
    let caller = account.release();
    let state = &caller.state;
    state.throttles.link(caller.context.address, state.now())?;
    let tx = caller.write().await?;
    match identity::verify_address(tx, caller.who.user, form.get("token")).await {
        Ok(()) => Ok(done(state, "/", "Your address is confirmed.")),
        Err(LinkError::Dead) => dead(&caller),
        Err(other) => Err(other.into()),
    }
}

/// Sends the link again.
pub(super) async fn again(account: Account) -> Result<Response, Problem> {
    let caller = account.release();
    let asked = identity::ask_verification(caller.write().await?, caller.who.user).await?;
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

fn dead(caller: &Holder) -> Result<Response, Problem> {
    let view = VerifyAddress {
        page: page_of(&caller.state, &caller.context, None),
        link: None,
    };
    refused(&Problem::new(kind::LINK_DEAD), &view)
}
