use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{InvitationFace, JoinError, LinkError, NewPassword};
use kernel::{Scope, Secret};
use ui::component::FieldErrors;
use ui::identity::{Invitation, Offer, Step};

use super::verify_address::Link;
use crate::Public;
use crate::api::identity::{begin_session, new_session};
use crate::extract::{Account, Form, Query, Visitor, role_shown};
use crate::pages::answer::{html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// What the invitation offers, and the next step for whoever opened it.
pub(super) async fn show(
    public: Public,
    _: Visitor,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    let Some(face) = find(&public, &link.token).await? else {
        return dead(&public);
    };
    let step = match public.context.viewer.get() {
        Some(viewer) if viewer.email == face.email => Step::Join,
        Some(_) => Step::OtherAddress,
        None if face.has_account => Step::SignIn(back_to(&link.token)),
        None => Step::SignUp {
            name: String::new(),
            errors: FieldErrors::default(),
            password_score: 0,
        },
    };
    html(&page(&public, face, link.token, step))
}

/// The person who is signed in joins, if it is their address that was invited.
pub(super) async fn accept(account: Account, form: Form) -> Result<Response, Problem> {
    let caller = account.release();
    let state = &caller.state;
    state.throttles.link(caller.context.address, state.now())?;
    let session = new_session(state, &caller.context);
    let tx = caller.write().await?;
    let token = identity::accept_invitation(tx, form.get("token"), session).await?;
    Ok((
        begin_session(state, &caller.context, &token),
        Redirect::to("/"),
    )
        .into_response())
}

/// Somebody without an account makes one, and joins.
pub(super) async fn sign_up(public: Public, form: Form) -> Result<Response, Problem> {
    let (state, context) = (&public.state, &public.context);
    state.throttles.link(context.address, state.now())?;
    let (token, name) = (form.get("token"), form.get("name"));
    let session = new_session(state, context);
    let joined = match NewPassword::parse(Secret::new(form.get("password").to_owned())) {
        Ok(password) => {
            let link = (token, name);
            identity::sign_up_by_invitation(&state.db, &state.hashes, link, password, session).await
        }
        Err(wrong) => Err(JoinError::Password(wrong)),
    };
    let (field, wrong) = match joined {
        Ok(token) => {
            return Ok((begin_session(state, context, &token), Redirect::to("/")).into_response());
        }
        Err(JoinError::Dead) => return dead(&public),
        Err(JoinError::Name(wrong)) => ("name", wrong.to_owned()),
        Err(JoinError::Password(wrong)) => ("password", wrong.to_string()),
        Err(other) => return Err(other.into()),
    };
    let Some(face) = find(&public, token).await? else {
        return dead(&public);
    };
    let step = Step::SignUp {
        name: name.to_owned(),
        errors: FieldErrors::default().with(field, wrong),
        password_score: u8::from(field == "password"),
    };
    let view = page(&public, face, token.to_owned(), step);
    refused(&Problem::new(kind::ACCOUNT_INVALID), &view)
}

async fn find(public: &Public, token: &str) -> Result<Option<InvitationFace>, Problem> {
    let mut tx = public.state.db.read(&Scope::Anonymous).await?;
    match identity::show_invitation(&mut tx, token).await {
        Ok(face) => Ok(Some(face)),
        Err(LinkError::Dead) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn back_to(token: &str) -> String {
    let path = format!("/invitation?token={token}");
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}

fn dead(public: &Public) -> Result<Response, Problem> {
    let view = Invitation {
        page: page_of(&public.state, &public.context, None),
        offer: None,
    };
    refused(&Problem::new(kind::LINK_DEAD), &view)
}

fn page(public: &Public, face: InvitationFace, token: String, step: Step) -> Invitation {
    Invitation {
        page: page_of(&public.state, &public.context, None),
        offer: Some(Offer {
            organisation: face.organisation,
            inviter: face.inviter,
            email: face.email,
            role: role_shown(&face.role, face.custom_role.as_deref()),
            token,
            expires_at: face.expires_at,
            step,
        }),
    }
}
