use ::oauth::{Client, ClientLimit, RawRequest, Request, RequestError, Returned};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderName, HeaderValue};
use ui::format::visible;
use ui::oauth::Leave;

use super::consent::{Question, givable, page, place};
use crate::extract::{Caller, Form, Query, Recent, must_be_recent};
use crate::oauth::grantable;
use crate::pages::answer::html;
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::route::permission::Person;
use crate::{AppState, Can};

/// Asks the person about a client's request (RFC 6749 4.1.1). A request that is not sound goes back to
/// the client; one with an address that is not the client's goes nowhere.
pub(super) async fn show_consent(
    mut recent: Recent<Person>,
    Query(raw): Query<RawRequest>,
) -> Result<Response, Problem> {
    let limit = ::oauth::client_limit(&mut recent.0.tx).await?;
    let caller = recent.0.release();
    match asked(&caller, &limit, &raw).await? {
        Ok((client, request)) => html(&consent(&caller, &limit, &raw, (&client, &request), "")),
        // RFC 9700 4.11.2: anybody registers a client, and could send people wherever they like by way
        // of this server. Where nobody vouches for it, the person goes on by themselves or not at all.
        Err((client, returned, answer)) if client.verified || returned.is_on_this_computer() => {
            let to = address(&returned, &answer)?;
            Ok(Redirect::to(&to).into_response())
        }
        Err((client, returned, answer)) => {
            Ok(leave(&caller, &client.name, (&returned, &answer))?.0)
        }
    }
}

/// The person's answer.
pub(super) async fn decide(mut can: Can<Person>, form: Form) -> Result<Response, Problem> {
    let limit = ::oauth::client_limit(&mut can.tx).await?;
    let caller = can.release();
    let raw = raw(&form);
    let (client, request) = match asked(&caller, &limit, &raw).await? {
        Ok(asked) => asked,
        Err((client, returned, answer)) => {
            return Ok(leave(&caller, &client.name, (&returned, &answer))?.0);
        }
    };
    if form.get("decision") != "allow" {
        let denied = [("error", "access_denied")];
        return onwards(leave(&caller, &client.name, (&request.returned, &denied))?);
    }
    must_be_recent(&caller.principal)?;
    let granted = givable(&caller.principal, &limit, &form.all("granted"));
    if granted.is_empty() {
        let wrong = "Leave at least one ticked, or deny.";
        return html(&consent(&caller, &limit, &raw, (&client, &request), wrong));
    }
    let who = (caller.principal.organisation, caller.principal.user);
    let (db, scope) = (&caller.state.db, &caller.scope);
    let code = ::oauth::consent(db, scope, who, (&client.id, &request), &granted).await?;
    let answer = [("code", code.expose().as_str())];
    onwards(leave(&caller, &client.name, (&request.returned, &answer))?)
}

type Told = (Client, Returned, Vec<(&'static str, &'static str)>);

/// The client and what it asks this person for, or what to tell it.
async fn asked(
    caller: &Caller,
    limit: &ClientLimit,
    raw: &RawRequest,
) -> Result<Result<(Client, Request), Told>, Problem> {
    let state: &AppState = &caller.state;
    let id = raw.client_id.as_deref().unwrap_or_default();
    let client = ::oauth::client(&state.db, id).await?;
    let client = client.ok_or_else(|| Problem::new(kind::OAUTH_CLIENT))?;
    let request = match Request::check(raw, &client, &state.resources, grantable) {
        Ok(request) => request,
        Err(RequestError::RedirectUri) => return Err(Problem::new(kind::OAUTH_REDIRECT)),
        Err(RequestError::Told {
            returned,
            code,
            description,
        }) => {
            let told = vec![("error", code), ("error_description", description)];
            return Ok(Err((client, returned, told)));
        }
    };
    if givable(&caller.principal, limit, &request.scopes).is_empty() {
        return Err(Problem::new(kind::OAUTH_NOTHING));
    }
    Ok(Ok((client, request)))
}

fn consent(
    caller: &Caller,
    limit: &ClientLimit,
    raw: &RawRequest,
    (client, request): (&Client, &Request),
    error: &str,
) -> ui::oauth::Consent {
    let scopes = givable(&caller.principal, limit, &request.scopes);
    let question = Question {
        client,
        place: place(&request.returned.redirect_uri),
        scopes: &scopes,
        action: "/oauth/authorize",
        request: parameters(raw),
        error,
    };
    page(caller, question)
}

/// The request as fields of the form: it is checked again when it comes back.
fn parameters(raw: &RawRequest) -> Vec<(&'static str, String)> {
    let all = [
        ("client_id", &raw.client_id),
        ("redirect_uri", &raw.redirect_uri),
        ("response_type", &raw.response_type),
        ("scope", &raw.scope),
        ("state", &raw.state),
        ("code_challenge", &raw.code_challenge),
        ("code_challenge_method", &raw.code_challenge_method),
        ("resource", &raw.resource),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .collect()
}

fn raw(form: &Form) -> RawRequest {
    let field = |name| {
        let value = form.fields().find(|(field, _)| *field == name);
        value.map(|(_, value)| value.to_owned())
    };
    RawRequest {
        client_id: field("client_id"),
        redirect_uri: field("redirect_uri"),
        response_type: field("response_type"),
        scope: field("scope"),
        state: field("state"),
        code_challenge: field("code_challenge"),
        code_challenge_method: field("code_challenge_method"),
        resource: field("resource"),
    }
}

/// A page that leads back to the client, with an answer (`ui::oauth::Leave` says why a page).
fn leave(
    caller: &Caller,
    client_name: &str,
    (returned, answer): (&Returned, &[(&str, &str)]),
) -> Result<(Response, String), Problem> {
    let url = address(returned, answer)?;
    let view = Leave {
        page: page_of(&caller.state, &caller.context, None),
        client_name: visible(client_name),
        granted: answer.iter().any(|(name, _)| *name == "code"),
        url: url.clone(),
    };
    Ok((html(&view)?, url))
}

/// The same page, which goes on by itself: the person has just answered.
fn onwards((mut response, url): (Response, String)) -> Result<Response, Problem> {
    let value = HeaderValue::try_from(format!("0; url={url}"))
        .map_err(|_| Problem::new(kind::OAUTH_REDIRECT))?;
    let refresh = HeaderName::from_static("refresh");
    response.headers_mut().insert(refresh, value);
    Ok(response)
}

fn address(returned: &Returned, answer: &[(&str, &str)]) -> Result<String, Problem> {
    let url = returned.with(answer);
    let url = url.ok_or_else(|| Problem::new(kind::OAUTH_REDIRECT))?;
    Ok(url.into())
}
