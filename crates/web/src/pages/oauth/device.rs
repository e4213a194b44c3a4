use ::oauth::{Client, ClientLimit, DeviceRequest, UserCode};
use axum::response::Response;
use serde::Deserialize;
use ui::oauth::{Device, DeviceState};

use super::consent::{Question, givable, page};
use crate::Can;
use crate::extract::{Caller, Form, Query, Recent, must_be_recent};
use crate::pages::answer::html;
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::route::permission::Person;

/// A device's own link has its code in it; the person still says that it is theirs.
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    user_code: String,
}

/// Asks for the code that a device shows (RFC 8628 3.3).
pub(super) async fn show_device(
    recent: Recent<Person>,
    Query(typed): Query<Typed>,
) -> Result<Response, Problem> {
    let code = typed.user_code.chars().take(20).collect();
    let state = DeviceState::Asks {
        code,
        error: String::new(),
    };
    shown(&recent.0.release(), state)
}

/// Shows what the device asks for; then takes the person's answer.
pub(super) async fn decide_device(mut can: Can<Person>, form: Form) -> Result<Response, Problem> {
    let now = can.state.now();
    can.state.throttles.user_code(can.principal.user, now)?;
    let typed = form.get("user_code");
    let found = match UserCode::parse(typed) {
        Some(code) => {
            let request = ::oauth::device_request(&mut can.tx, &code).await?;
            request.map(|request| (code, request))
        }
        None => None,
    };
    let limit = ::oauth::client_limit(&mut can.tx).await?;
    let caller = can.release();
    let Some((code, request)) = found else {
        return dead(&caller, typed);
    };
    let client = ::oauth::client(&caller.state.db, &request.client_id).await?;
    let client = client.ok_or_else(|| Problem::new(kind::OAUTH_CLIENT))?;
    let asked = (&client, &request, &code, &limit);
    match form.get("decision") {
        "allow" => allow(&caller, asked, &form).await,
        "deny" => {
            let tx = caller.write().await?;
            ::oauth::decide_device(tx, &code, &client.id, None).await?;
            shown(&caller, DeviceState::Refused)
        }
        _ => ask(&caller, asked, ""),
    }
}

type Asked<'a> = (&'a Client, &'a DeviceRequest, &'a UserCode, &'a ClientLimit);

async fn allow(caller: &Caller, asked: Asked<'_>, form: &Form) -> Result<Response, Problem> {
    let (client, request, code, limit) = asked;
    let mut granted = givable(&caller.principal, limit, &request.scopes);
    let ticked = form.all("granted");
    granted.retain(|name| ticked.contains(name));
    if granted.is_empty() {
        return ask(caller, asked, "Leave at least one ticked, or deny.");
    }
    must_be_recent(&caller.principal)?;
    let tx = caller.write().await?;
    if ::oauth::decide_device(tx, code, &client.id, Some(&granted)).await? {
        shown(caller, DeviceState::Granted)
    } else {
        dead(caller, &code.shown())
    }
}

fn ask(
    caller: &Caller,
    (client, request, code, limit): Asked<'_>,
    error: &str,
) -> Result<Response, Problem> {
    let scopes = givable(&caller.principal, limit, &request.scopes);
    if scopes.is_empty() {
        return Err(Problem::new(kind::OAUTH_NOTHING));
    }
    let question = Question {
        client,
        place: format!("the device that shows {}", code.shown()),
        scopes: &scopes,
        action: "/device",
        request: vec![("user_code", code.shown())],
        error,
    };
    html(&page(caller, question))
}

fn dead(caller: &Caller, typed: &str) -> Result<Response, Problem> {
    let state = DeviceState::Asks {
        code: typed.chars().take(20).collect(),
        error: "No device waits with this code. It may have expired, or was answered.".to_owned(),
    };
    shown(caller, state)
}

fn shown(caller: &Caller, state: DeviceState) -> Result<Response, Problem> {
    html(&Device {
        page: page_of(&caller.state, &caller.context, None),
        state,
    })
}
