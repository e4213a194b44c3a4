use axum::response::{IntoResponse as _, Response};
use broker::protocol::SecretText;
use connectors::{Connection, ConnectionState, NewConnection};
use http::{HeaderName, HeaderValue};
use kernel::{AssetAccess, ConnectionId};
use manifest::{Class, Manifest};
use ui::Nav;
use ui::component::{ExternalUrl, FieldErrors};
use ui::connectors as view;
use url::Url;

use super::app_key::{AppKey, named};
use crate::api::connectors::{begin_connect, client_id};
use crate::extract::{Caller, Form, Id};
use crate::pages::answer::{field_errors, html, is_about_form, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;
use crate::{AppState, Can};

/// What an app will be asked for, and why, before it is asked.
pub(super) async fn form(
    mut can: Can<ConnectorsManage>,
    Id(key): Id<AppKey>,
) -> Result<Response, Problem> {
    html(&page(&mut can, &key, (&Form::default(), FieldErrors::default())).await?)
}

/// Begins the round trip, and leads on to the provider.
pub(super) async fn connect(
    mut can: Can<ConnectorsManage>,
    Id(key): Id<AppKey>,
    form: Form,
) -> Result<Response, Problem> {
    let existing = connectors::connections(&mut can.tx).await?;
    let caller = can.release();
    match begin(&caller, &key, (&form, existing)).await {
        Ok(url) => leave(&caller, &key, &url),
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again().await?;
            let errors = field_errors(&problem);
            refused(&problem, &page(&mut can, &key, (&form, errors)).await?)
        }
        Err(problem) => Err(problem),
    }
}

async fn begin(
    caller: &Caller,
    key: &AppKey,
    (form, existing): (&Form, Vec<Connection>),
) -> Result<String, Problem> {
    let manifest = manifest(&caller.state, key)?;
    let instance = Some(form.get("instance_url")).filter(|text| !text.trim().is_empty());
    let name = named(&manifest.name, key.purpose);
    let new = NewConnection::parse(manifest, &name, instance, key.purpose)?;
    let client_id = client_id(form.get("client_id"))?;
    let secret = Some(form.get("client_secret")).filter(|secret| !secret.is_empty());
    let secret = secret.map(|secret| SecretText::new(secret.to_owned()));
    let id = if let Some(id) = resumed(existing, key, new.instance()) {
        id
    } else {
        let id = ConnectionId::new(caller.state.now(), caller.state.db.chance());
        connectors::add_connection(caller.write().await?, id, new).await?;
        id
    };
    begin_connect(caller, id, (client_id, secret)).await
}

/// The connection to the same place and for the same purpose that waits to be connected (again).
fn resumed(
    existing: Vec<Connection>,
    key: &AppKey,
    instance: Option<&str>,
) -> Option<ConnectionId> {
    existing
        .into_iter()
        .filter(|c| c.app == key.app && c.writes == (key.purpose == Class::Write))
        // Somebody else's is not taken over.
        .filter(|c| c.access == AssetAccess::Edit)
        .filter(|c| c.instance.as_deref() == instance)
        .find(|c| {
            matches!(
                c.state,
                ConnectionState::Pending | ConnectionState::Reconnect
            )
        })
        .map(|connection| connection.id)
}

/// A page that goes on to the provider by itself. Not a redirect: `form-action 'self'` would stop it
/// in Chromium, and naming every provider in the policy would open it to all of them.
fn leave(caller: &Caller, key: &AppKey, url: &str) -> Result<Response, Problem> {
    let broken = || Problem::new(kind::INTERNAL).because("broker.no_web_link");
    let link = ExternalUrl::parse(url).ok_or_else(broken)?;
    let host = Url::parse(url).map_err(|_| broken())?;
    let page = view::Leave {
        page: page_of(&caller.state, &caller.context, None),
        app: manifest(&caller.state, key)?.name.clone(),
        host: host.host_str().unwrap_or_default().to_owned(),
        url: link,
    };
    let go = HeaderValue::from_str(&format!("0; url={url}")).map_err(|_| broken())?;
    Ok(([(HeaderName::from_static("refresh"), go)], html(&page)?).into_response())
}

fn manifest<'a>(state: &'a AppState, key: &AppKey) -> Result<&'a Manifest, Problem> {
    state
        .apps
        .get(&key.app)
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

async fn page(
    can: &mut Can<ConnectorsManage>,
    key: &AppKey,
    (form, errors): (&Form, FieldErrors),
) -> Result<view::Connect, Problem> {
    let page = can.page(Nav::Connectors).await?;
    let manifest = manifest(&can.state, key)?;
    let errors = match errors.of("instance").to_owned() {
        wrong if wrong.is_empty() => errors,
        wrong => errors.with("instance_url", wrong),
    };
    Ok(view::Connect {
        page,
        app_key: key.to_string(),
        app: manifest.name.clone(),
        asks_instance_url: manifest.instance.is_some(),
        instance_url: form.get("instance_url").to_owned(),
        client_id: form.get("client_id").to_owned(),
        redirect_uri: can.state.link("/connectors/callback"),
        registration_hint: format!(
            "Register Countersign as an OAuth application at {}, with the redirect URI below.",
            manifest.name
        ),
        scopes: scopes(manifest, key.purpose),
        barriers: barriers(manifest),
        errors,
    })
}

fn scopes(manifest: &Manifest, purpose: Class) -> Vec<view::ScopeRequest> {
    let asked = connectors::scopes_for(manifest, purpose);
    let rules = manifest
        .scopes()
        .filter(|(name, _)| asked.iter().any(|scope| scope == name));
    rules
        .map(|(name, rule)| view::ScopeRequest {
            scope: name.to_owned(),
            reason: rule.reason.clone(),
            can_write: rule.class == Class::Write,
        })
        .collect()
}

fn barriers(manifest: &Manifest) -> Vec<view::Barrier> {
    let told = &manifest.barriers;
    [
        ("The token cannot write", told.scope_held, &told.scope),
        ("Only declared operations leave", true, &told.operations),
        ("A person countersigns", true, &told.countersign),
    ]
    .map(|(name, holds, text)| view::Barrier {
        name: name.to_owned(),
        holds,
        text: text.clone(),
    })
    .to_vec()
}
