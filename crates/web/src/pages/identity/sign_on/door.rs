use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use broker::protocol::IssuerPurpose;
use identity::{Email, ProviderFace};
use kernel::{Scope, sign_on_door};
use serde::Deserialize;
use ui::component::FieldErrors;
use ui::identity::{FindProvider, ProviderDoor};

use crate::Public;
use crate::extract::{Form, Query};
use crate::pages::answer::{html, refused};
use crate::pages::identity::issuer::{Onward, Returned, begin, or_back, returned};
use crate::pages::identity::local_path::local_path;
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::session::Cookies;

/// Where somebody was going.
#[derive(Deserialize)]
pub(super) struct Going {
    #[serde(default)]
    next: String,
}

/// Asks for an address, to find the provider of its domain.
pub(super) async fn find(public: Public, Query(going): Query<Going>) -> Result<Response, Problem> {
    html(&form(&public, ("", &going.next), FieldErrors::default()))
}

/// Goes on to the provider of an address's domain. The answer is the same for whoever has the address.
pub(super) async fn found(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    form: Form,
) -> Result<Response, Problem> {
    let state = &public.state;
    state
        .throttles
        .issuer(public.context.address, state.now())?;
    let typed = (form.get("email"), form.get("next"));
    let provider = match Email::parse(typed.0) {
        Ok(email) => identity::provider_of(&state.db, &email).await?,
        Err(_) => None,
    };
    let Some(id) = provider else {
        let problem = Problem::new(kind::NO_PROVIDER);
        let errors = FieldErrors::default().with("email", problem.sentence().to_owned());
        return refused(&problem, &self::form(&public, typed, errors));
    };
    let face = face(&public, &id.to_string()).await?;
    enter_by(&public, &cookies, (&face, typed.1), Onward::ByItself).await
}

/// The door of a provider, for whoever has its address.
pub(super) async fn show(
    public: Public,
    Path(provider): Path<String>,
    Query(going): Query<Going>,
) -> Result<Response, Problem> {
    let face = face(&public, &provider).await?;
    html(&ProviderDoor {
        page: page_of(&public.state, &public.context, None),
        id: face.id,
        name: face.name,
        host: face.host,
        has_domain: face.has_domain,
        next: local_path(&going.next).to_owned(),
    })
}

/// Goes on to a provider.
pub(super) async fn enter(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    Path(provider): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let face = face(&public, &provider).await?;
    let onward = if face.has_domain {
        Onward::To(&face.host)
    } else {
        Onward::Asked
    };
    enter_by(&public, &cookies, (&face, form.get("next")), onward).await
}

/// Where a provider sends a person back to. A GET that changes something, as OAuth has it.
pub(super) async fn come_back(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    Path(provider): Path<String>,
    Query(came): Query<Returned>,
) -> Result<Response, Problem> {
    let face = face(&public, &provider).await?;
    let id = face.id.to_string();
    returned(&public, &cookies, (&id, &face.name), came).await
}

/// The same for what a provider of SAML had the browser post, from the form of ours that it was shown in.
pub(super) async fn posted(
    public: Public,
    Extension(cookies): Extension<Cookies>,
    Path(provider): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let face = face(&public, &provider).await?;
    let id = face.id.to_string();
    let came = Returned::by_saml(form.get("RelayState"), form.get("SAMLResponse"));
    returned(&public, &cookies, (&id, &face.name), came).await
}

async fn enter_by(
    public: &Public,
    cookies: &Cookies,
    (face, next): (&ProviderFace, &str),
    onward: Onward<'_>,
) -> Result<Response, Problem> {
    let (state, id) = (&public.state, face.id.to_string());
    let who = (state, &*public.context, &Scope::Anonymous);
    let asked = (IssuerPurpose::SignIn, local_path(next));
    let gone = begin(who, cookies, (&id, &face.name), asked, onward).await;
    or_back(state, gone, &sign_on_door(id))
}

/// The provider of an address of this server.
async fn face(public: &Public, provider: &str) -> Result<ProviderFace, Problem> {
    let unknown = || Problem::new(kind::UNKNOWN_ISSUER);
    let id = provider.parse().map_err(|_| unknown())?;
    let found = identity::provider_face(&public.state.db, id).await?;
    found.ok_or_else(unknown)
}

fn form(public: &Public, (email, next): (&str, &str), errors: FieldErrors) -> FindProvider {
    FindProvider {
        page: page_of(&public.state, &public.context, None),
        email: email.to_owned(),
        next: local_path(next).to_owned(),
        errors,
    }
}
