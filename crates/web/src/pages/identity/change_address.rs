use axum::response::Response;
use identity::{EmailChangeFace, EmailConfirmed, LinkError};
use kernel::Scope;
use ui::identity::{AddressChange, ChangeAddress, ChangeStep, WaitingChange};

use super::verify_address::Link;
use crate::Public;
use crate::extract::{Account, Form, Query, Visitor};
use crate::pages::answer::{done, failed, html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

const PROFILE: &str = "/profile";

/// What the link would change, and the next step for whoever opened it.
pub(super) async fn show(
    public: Public,
    Visitor(visitor): Visitor,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    let face = {
        let mut tx = state.db.read(&Scope::Anonymous).await?;
        identity::show_email_change(&mut tx, &link.token).await
    };
    let face = match face {
        Ok(face) => face,
        Err(LinkError::Dead) => return dead(&public),
        Err(other) => return Err(other.into()),
    };
    let step = match visitor {
        Some(person) if person.user == face.user => ChangeStep::Agree,
        Some(_) => ChangeStep::OtherAccount,
        None => ChangeStep::SignIn(back_to(&link.token)),
    };
    html(&page(
        &public,
        AddressChange::Waits(waiting(face, link.token, step)),
    ))
}

/// The mailbox that got the link agrees, by whoever is signed in to the account.
pub(super) async fn confirm(account: Account, form: Form) -> Result<Response, Problem> {
    let holder = account.release();
    let (state, context) = (&holder.state, &holder.context);
    state.throttles.link(context.address, state.now())?;
    let tx = holder.write().await?;
    let (user, token) = (holder.who.user, form.get("token"));
    match identity::confirm_email_change(tx, user, token).await {
        Ok(EmailConfirmed::Changed) => Ok(done(
            state,
            PROFILE,
            "Your account has its new address. Your other sessions have ended.",
        )),
        Ok(EmailConfirmed::Waits) => Ok(done(
            state,
            PROFILE,
            "This mailbox agrees. Open the link in the other one, too.",
        )),
        Ok(EmailConfirmed::Taken) => Ok(failed(
            state,
            PROFILE,
            "That address got an account of its own meanwhile. Yours stays where it is.",
        )),
        Err(LinkError::Dead) => refused(
            &Problem::new(kind::LINK_DEAD),
            &ChangeAddress {
                page: page_of(state, context, None),
                change: AddressChange::Gone,
            },
        ),
        Err(other) => Err(other.into()),
    }
}

/// Stops the change, by whoever has the link.
pub(super) async fn stop(public: Public, form: Form) -> Result<Response, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    match identity::stop_email_change(&state.db, form.get("token")).await {
        Ok(()) => html(&page(&public, AddressChange::Stopped)),
        Err(LinkError::Dead) => dead(&public),
        Err(other) => Err(other.into()),
    }
}

fn waiting(face: EmailChangeFace, token: String, step: ChangeStep) -> WaitingChange {
    WaitingChange {
        is_old: face.is_old,
        recipient: face.recipient,
        new_email: face.new_email,
        token,
        expires_at: face.expires_at,
        step,
    }
}

fn back_to(token: &str) -> String {
    let path = format!("/change-address?token={token}");
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}

fn dead(public: &Public) -> Result<Response, Problem> {
    refused(
        &Problem::new(kind::LINK_DEAD),
        &page(public, AddressChange::Gone),
    )
}

fn page(public: &Public, change: AddressChange) -> ChangeAddress {
    ChangeAddress {
        page: page_of(&public.state, &public.context, None),
        change,
    }
}
