use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use broker::protocol::IssuerPurpose;
use identity::LinkedProvider;
use kernel::{ProviderIdentityId, Scope, sign_on_door};

use crate::extract::{Form, Id, Recent, RecentAccount};
use crate::pages::answer::done;
use crate::pages::identity::issuer::{Onward, begin, or_back};
use crate::pages::identity::local_path::local_path;
use crate::problem::{Problem, kind};
use crate::route::permission::Person;
use crate::session::Cookies;
use crate::{AppState, Can};

const BACK: &str = "/security";

/// Sends a person to their organisation's provider, to link what it knows them as.
pub(super) async fn link(
    recent: Recent<Person>,
    Extension(cookies): Extension<Cookies>,
    Path(provider): Path<String>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let own = own(&caller.state, &caller.scope, &provider).await?;
    let id = own.id.to_string();
    let who = (&caller.state, &*caller.context, &caller.scope);
    let asked = (IssuerPurpose::Link, BACK);
    let gone = begin(who, &cookies, (&id, &own.name), asked, Onward::Asked).await;
    or_back(&caller.state, gone, BACK)
}

/// The same for whoever an organisation lets in by its provider alone, which does not know them yet: their own session
/// stays outside of it.
pub(super) async fn link_from_outside(
    recent: RecentAccount,
    Extension(cookies): Extension<Cookies>,
    Path(provider): Path<String>,
) -> Result<Response, Problem> {
    const OUTSIDE: &str = "/organisations";
    let mut account = recent.0;
    let organisations = identity::own_organisations(&mut account.tx).await?;
    let owed = organisations
        .iter()
        .filter_map(|organisation| organisation.sign_on);
    let closed = owed
        .map(|owed| owed.provider)
        .find(|id| id.to_string() == provider);
    let id = closed.ok_or_else(|| Problem::new(kind::UNKNOWN_ISSUER))?;
    let caller = account.release();
    let face = identity::provider_face(&caller.state.db, id).await?;
    let face = face.ok_or_else(|| Problem::new(kind::UNKNOWN_ISSUER))?;
    let who = (&caller.state, &*caller.context, &caller.scope);
    let asked = (IssuerPurpose::Link, &*sign_on_door(&provider));
    let gone = begin(who, &cookies, (&provider, &face.name), asked, Onward::Asked).await;
    or_back(&caller.state, gone, OUTSIDE)
}

/// Has the provider mean the person no more.
pub(super) async fn unlink(
    recent: Recent<Person>,
    Id(identity): Id<ProviderIdentityId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    if !identity::unlink_provider(caller.write().await?, identity).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(
        &caller.state,
        BACK,
        "That provider lets you in no more.",
    ))
}

/// Sends a person to the provider that began their session, to prove anew who they are.
pub(super) async fn prove(
    can: Can<Person>,
    Extension(cookies): Extension<Cookies>,
    Path(provider): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = can.release();
    let own = own(&caller.state, &caller.scope, &provider).await?;
    let next = match local_path(form.get("next")) {
        "/" => "/security",
        path => path,
    };
    let id = own.id.to_string();
    let who = (&caller.state, &*caller.context, &caller.scope);
    let asked = (IssuerPurpose::Prove, next);
    // Whose session it began has come by its host.
    let face = identity::provider_face(&caller.state.db, own.id).await?;
    let host = face.map(|face| face.host).unwrap_or_default();
    let gone = begin(who, &cookies, (&id, &own.name), asked, Onward::To(&host)).await;
    or_back(&caller.state, gone, "/prove")
}

/// The provider of the organisation that the session acts in, where it is the one that is named.
async fn own(state: &AppState, scope: &Scope, named: &str) -> Result<LinkedProvider, Problem> {
    let mut tx = state.db.read(scope).await?;
    let own = identity::linked_provider(&mut tx).await?;
    own.filter(|own| own.id.to_string() == named)
        .ok_or_else(|| Problem::new(kind::UNKNOWN_ISSUER))
}
