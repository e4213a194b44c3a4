use axum::response::{IntoResponse as _, Response};
use broker::protocol::SecretText;
use connectors::{Connection, ConnectionState, NewConnection};
use http::{HeaderName, HeaderValue};
use kernel::{AssetAccess, ConnectionId};
use manifest::{Class, Manifest, RevokeRule, Way};
use time::OffsetDateTime;
use ui::Nav;
use ui::component::{ExternalUrl, FieldErrors};
use ui::connectors as view;
use url::Url;

use super::app_key::{AppKey, named};
use crate::api::connectors::{GivenCredential, begin_connect, client_id, keep_credential};
use crate::extract::{Caller, Form, Id};
use crate::pages::answer::{done, field_errors, html, is_about_form, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::route::permission::ConnectorsManage;
use crate::{AppState, Can};

/// How the address of a mail server begins.
const MAIL_ADDRESS_HINT: &str = "It begins with imaps:// or smtps:// for TLS from the first byte, with imap:// or smtp:// for STARTTLS. Add :PORT where it is not the usual one.";

/// What an app will be asked for, and why, before it is asked.
pub(super) async fn form(
    mut can: Can<ConnectorsManage>,
    Id(key): Id<AppKey>,
) -> Result<Response, Problem> {
    html(&page(&mut can, &key, (&Form::default(), FieldErrors::default())).await?)
}

/// What comes of the form.
enum Begun {
    /// A round trip: on to the provider.
    Leave(String),
    /// The app accepted what was pasted.
    Connected(ConnectionId),
}

/// Begins the round trip, and leads on to the provider; or has the broker take what was pasted.
pub(super) async fn connect(
    mut can: Can<ConnectorsManage>,
    Id(key): Id<AppKey>,
    form: Form,
) -> Result<Response, Problem> {
    let existing = connectors::connections(&mut can.tx).await?;
    let caller = can.release();
    match begin(&caller, &key, (&form, existing)).await {
        Ok(Begun::Leave(url)) => leave(&caller, &key, &url),
        Ok(Begun::Connected(id)) => {
            let page = format!("/connectors/{id}");
            Ok(done(
                &caller.state,
                &page,
                "Connected: the app accepted it.",
            ))
        }
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
) -> Result<Begun, Problem> {
    let manifest = manifest(&caller.state, key)?;
    let instance = Some(form.get("instance_url")).filter(|text| !text.trim().is_empty());
    let name = named(&manifest.name, key.purpose);
    let new = NewConnection::parse(manifest, &name, instance, key.purpose)?;
    let client = match manifest.auth.oauth() {
        Some(_) => Some(client_id(form.get("client_id"))?),
        None => None,
    };
    let now = caller.state.now();
    let id = if let Some(id) = resumed(existing, (key, new.instance()), now) {
        id
    } else {
        let id = ConnectionId::new(caller.state.now(), caller.state.db.chance());
        connectors::add_connection(caller.write().await?, id, new).await?;
        id
    };
    if let Some(client_id) = client {
        let secret = Some(form.get("client_secret")).filter(|secret| !secret.is_empty());
        let secret = secret.map(|secret| SecretText::new(secret.to_owned()));
        let url = begin_connect(caller, id, (client_id, secret)).await?;
        return Ok(Begun::Leave(url));
    }
    let class = manifest.auth.class().as_str().to_owned();
    let given = |name| Some(form.get(name)).filter(|text: &&str| !text.trim().is_empty());
    let given = |name| given(name).map(str::to_owned);
    let credential = GivenCredential {
        class,
        user: given("user"),
        app: given("app"),
        installation: given("installation"),
        text: SecretText::new(form.get("credential").to_owned()),
    };
    keep_credential(caller, id, credential).await?;
    Ok(Begun::Connected(id))
}

/// The connection to the same place and for the same purpose that waits to be connected (again), or for another
/// credential in the place of one that ends soon.
fn resumed(
    existing: Vec<Connection>,
    (key, instance): (&AppKey, Option<&str>),
    now: OffsetDateTime,
) -> Option<ConnectionId> {
    existing
        .into_iter()
        .filter(|c| c.app == key.app && c.writes == (key.purpose == Class::Write))
        // Somebody else's is not taken over.
        .filter(|c| c.access == AssetAccess::Edit)
        .filter(|c| c.instance.as_deref() == instance)
        .find(|c| match c.state {
            ConnectionState::Pending | ConnectionState::Reconnect => true,
            ConnectionState::Connected => c
                .credential_ends_at
                .is_some_and(|at| at - now < view::Connection::SOON),
            ConnectionState::Disconnected => false,
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
        writes: key.purpose == Class::Write,
        instance_label: if manifest.protocol.is_mail() {
            "Address of your mail server".to_owned()
        } else {
            "Address of your instance".to_owned()
        },
        instance_hint: if manifest.protocol.is_mail() {
            MAIL_ADDRESS_HINT
        } else {
            ""
        },
        instance_example: manifest
            .instance
            .as_ref()
            .map(|rule| rule.example().to_owned()),
        instance_url: form.get("instance_url").to_owned(),
        way: way(&can.state, manifest, form),
        scopes: scopes(manifest, key.purpose),
        barriers: barriers(manifest),
        errors,
    })
}

/// What the person does: registers a client, or pastes what the app made. A credential is never filled in again.
fn way(state: &AppState, manifest: &Manifest, form: &Form) -> view::ConnectWay {
    match &manifest.auth.way {
        Way::OAuth(_) => view::ConnectWay::Register {
            client_id: form.get("client_id").to_owned(),
            redirect_uri: state.link("/connectors/callback"),
            hint: format!(
                "Register Countersign as an OAuth application at {}, with the redirect URI below.",
                manifest.name
            ),
        },
        Way::Paste(rule) => view::ConnectWay::Paste {
            label: rule.label.clone(),
            place: rule.place.clone(),
            user_label: rule.user_label.clone(),
            user: form.get("user").to_owned(),
            ends: ends(manifest),
        },
        Way::AppKey(rule) => view::ConnectWay::AppKey {
            label: rule.label.clone(),
            place: rule.place.clone(),
            app_label: rule.app_label.clone(),
            app: form.get("app").to_owned(),
            installation_label: rule.installation_label.clone(),
            installation: form.get("installation").to_owned(),
            ends: ends(manifest),
        },
    }
}

/// What disconnecting does at the app, and what it leaves to a person.
fn ends(manifest: &Manifest) -> String {
    match &manifest.auth.revoke {
        RevokeRule::Absent { advice } => {
            format!("Disconnecting forgets it here; at the app it stays good. {advice}")
        }
        RevokeRule::Request(request) => match &request.remains {
            Some(remains) => format!(
                "Disconnecting asks {} to end its token. {remains}",
                manifest.name
            ),
            None => format!("Disconnecting asks {} to end it.", manifest.name),
        },
    }
}

fn scopes(manifest: &Manifest, purpose: Class) -> Vec<view::ScopeRequest> {
    connectors::asked_scopes(manifest, purpose)
        .into_iter()
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
