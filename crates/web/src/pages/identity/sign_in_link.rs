use axum::response::{IntoResponse as _, Redirect, Response};
use identity::SignInLinkError;
use kernel::Scope;
use serde::Deserialize;
use ui::identity::{LinkState, SignInLink};

use crate::Public;
use crate::api::identity::{begin_session, new_session};
use crate::extract::{Form, Query};
use crate::pages::answer::{html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// The link's own query.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// Whom the link signs in, and a button. It uses nothing up: previews of mails and chats fetch
/// links.
pub(super) async fn show_link(
    public: Public,
    Query(link): Query<Link>,
) -> Result<Response, Problem> {
    let state = &public.state;
    state.throttles.link(public.context.address, state.now())?;
    let face = {
        let mut tx = state.db.read(&Scope::Anonymous).await?;
        identity::show_sign_in_link(&mut tx, &link.token).await
    };
    match face {
        Ok(face) => {
            let ready = LinkState::Ready {
                name: face.name,
                organisation: face.organisation,
                token: link.token,
                expires_at: face.expires_at,
            };
            html(&page(&public, ready))
        }
        Err(SignInLinkError::Dead) => spent(&public),
        Err(other) => Err(other.into()),
    }
}

/// Uses the link up and starts a session.
pub(super) async fn use_link(public: Public, form: Form) -> Result<Response, Problem> {
    let (state, context) = (&public.state, &public.context);
    state.throttles.link(context.address, state.now())?;
    let session = new_session(state, context);
    match identity::use_sign_in_link(&state.db, form.get("token"), session).await {
        Ok((_, token)) => {
            Ok((begin_session(state, context, &token), Redirect::to("/")).into_response())
        }
        Err(SignInLinkError::Dead) => spent(&public),
        Err(other) => Err(other.into()),
    }
}

/// Used, expired or made up: these look the same.
fn spent(public: &Public) -> Result<Response, Problem> {
    let problem = Problem::new(kind::SIGN_IN_LINK_DEAD);
    refused(&problem, &page(public, LinkState::Spent))
}

fn page(public: &Public, state: LinkState) -> SignInLink {
    SignInLink {
        page: page_of(&public.state, &public.context, None),
        state,
    }
}
