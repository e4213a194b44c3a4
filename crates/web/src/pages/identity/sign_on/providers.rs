use axum::Extension;
use axum::response::Response;
use broker::protocol::{Answer, Call, IssuerPurpose, SecretText};
use broker::socket::CallError;
use identity::{NewProvider, ProviderError};
use kernel::ProviderId;
use ui::identity::ProviderForm;

use super::SETTINGS;
use super::settings::view;
use crate::extract::{Caller, Form, Id, Recent};
use crate::pages::answer::{done, failed, field_errors, is_about_form, refused};
use crate::pages::identity::issuer::{Onward, begin, or_back};
use crate::problem::{Problem, kind};
use crate::route::permission::OrganisationManage;
use crate::session::Cookies;

/// Adds a provider, which lets nobody in yet, and seals its secret.
pub(super) async fn add(
    recent: Recent<OrganisationManage>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let (level, secret) = (form.get("level"), form.get("client_secret"));
    let names = (form.get("name"), form.get("issuer"), form.get("client_id"));
    let makes = level != "none";
    let new = NewProvider::oidc(names, (makes, if makes { level } else { "40" }));
    let added = match new {
        Ok(new) => {
            let tx = caller.write().await?;
            let added = identity::add_provider(tx, &new).await;
            added.map_err(Problem::from)
        }
        Err(wrong) => Err(wrong.into()),
    };
    match added {
        Ok(id) => {
            if !secret.is_empty() {
                keep(&caller, id, secret).await?;
            }
            let told = "Give the provider its redirect address below, and then try it.";
            Ok(done(&caller.state, SETTINGS, told))
        }
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<OrganisationManage>().await?;
            let typed = ProviderForm {
                name: names.0.to_owned(),
                issuer: names.1.to_owned(),
                client_id: names.2.to_owned(),
                makes_none: !makes,
                level: level.to_owned(),
                errors: field_errors(&problem),
            };
            refused(&problem, &view(&mut can, typed).await?)
        }
        Err(problem) => Err(problem),
    }
}

/// Seals another client secret.
pub(super) async fn keep_secret(
    recent: Recent<OrganisationManage>,
    Id(provider): Id<ProviderId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let secret = form.get("client_secret");
    if secret.is_empty() {
        return Ok(failed(
            &caller.state,
            SETTINGS,
            "Nothing was set: the secret is empty.",
        ));
    }
    keep(&caller, provider, secret).await?;
    Ok(done(
        &caller.state,
        SETTINGS,
        "The secret is set. Try the provider.",
    ))
}

async fn keep(caller: &Caller, provider: ProviderId, secret: &str) -> Result<(), Problem> {
    let secret = SecretText::new(secret.to_owned());
    let call = Call::KeepProviderSecret { provider, secret };
    match caller.ask(call).await? {
        Answer::SecretKept => Ok(()),
        _ => Err(CallError::Unexpected.into()),
    }
}

/// Goes to a provider and back, to see what it says. Lets nobody in.
pub(super) async fn test(
    recent: Recent<OrganisationManage>,
    Extension(cookies): Extension<Cookies>,
    Id(provider): Id<ProviderId>,
) -> Result<Response, Problem> {
    let mut can = recent.0;
    // As the database shows it to its own organisation: the public face is everybody's.
    let own = identity::sign_on(&mut can.tx).await?.providers;
    if !own.iter().any(|own| own.id == provider) {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let caller = can.release();
    let face = identity::provider_face(&caller.state.db, provider).await?;
    let face = face.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let who = (&caller.state, &*caller.context, &caller.scope);
    let id = provider.to_string();
    let asked = (IssuerPurpose::Test, SETTINGS);
    let onward = Onward::To(&face.host);
    let gone = begin(who, &cookies, (&id, &face.name), asked, onward).await;
    or_back(&caller.state, gone, SETTINGS)
}

/// Lets people in by a provider.
pub(super) async fn turn_on(
    recent: Recent<OrganisationManage>,
    Id(provider): Id<ProviderId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let turned = identity::turn_on_provider(caller.write().await?, provider).await;
    or_told(&caller, turned, "Your people come by it from now on.")
}

/// Lets nobody in by a provider any more.
pub(super) async fn turn_off(
    recent: Recent<OrganisationManage>,
    Id(provider): Id<ProviderId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let turned = identity::turn_off_provider(caller.write().await?, provider).await;
    or_told(
        &caller,
        turned,
        "It lets nobody in any more, and its sessions have ended.",
    )
}

/// Takes a provider away.
pub(super) async fn remove(
    recent: Recent<OrganisationManage>,
    Id(provider): Id<ProviderId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let removed = identity::remove_provider(caller.write().await?, provider).await;
    or_told(&caller, removed, "The provider is removed.")
}

pub(super) fn or_told(
    caller: &Caller,
    outcome: Result<(), ProviderError>,
    text: &str,
) -> Result<Response, Problem> {
    match outcome.map_err(Problem::from) {
        Ok(()) => Ok(done(&caller.state, SETTINGS, text)),
        Err(problem) if is_about_form(&problem) => {
            Ok(failed(&caller.state, SETTINGS, problem.sentence()))
        }
        Err(problem) => Err(problem),
    }
}
