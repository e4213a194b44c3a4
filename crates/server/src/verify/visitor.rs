//! Somebody of a control organisation at browsers of their own, who signs in over HTTP as anybody does.

use crypto::token::{self, TokenKind};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::Context;

pub(super) type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Whose password nobody else knows, until the next round sets another.
pub(super) struct Visitor {
    password: String,
}

/// A browser that is signed in.
pub(super) struct Browser {
    /// What it was told to keep.
    pub(super) set: String,
    /// What it sends back: `name=value.signature`.
    pub(super) cookie: String,
    /// What its own pages' forms hold.
    pub(super) csrf: String,
}

impl Visitor {
    /// Sets them a password, which ends whatever sessions an earlier round left.
    pub(super) async fn new(context: &Context) -> Result<Self, Failed> {
        trust::visitor_control_session(&context.db).await?;
        let link = link(
            context,
            ("reset_password", "visitor"),
            TokenKind::ResetPassword,
            60,
        )
        .await?;
        let mut random = [0_u8; 16];
        context.db.chance().fill(&mut random);
        let password = hex::encode(random);
        let status = reset(context, &link, &password).await?;
        if status != 204 {
            return Err(format!("setting a password by a link got {status}").into());
        }
        Ok(Self { password })
    }

    /// Signs in at another browser.
    pub(super) async fn sign_in(&self, context: &Context) -> Result<Browser, Failed> {
        let form =
            json!({ "email": "control-visitor@controls.invalid", "password": self.password });
        let asked = context.http.post(context.at("/api/v1/sessions"));
        let answer = asked.json(&form).send().await?;
        let status = answer.status().as_u16();
        let mut set = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|set| set.to_str().ok());
        let set = set
            .find(|set| name(set).is_some_and(|name| name.ends_with("session")))
            .map(str::to_owned);
        let said: Value = answer.json().await?;
        let (Some(set), Some(csrf)) = (set, said["csrf_token"].as_str()) else {
            return Err(format!("signing in by the right password got {status}").into());
        };
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        Ok(Browser {
            set,
            cookie,
            csrf: csrf.to_owned(),
        })
    }
}

/// The name of a cookie, as it is set or sent.
pub(super) fn name(cookie: &str) -> Option<&str> {
    Some(cookie.split_once('=')?.0)
}

impl Browser {
    /// A request that brings its cookie, and nothing else that says who it is.
    pub(super) fn asks(&self, context: &Context, method: Method, path: &str) -> RequestBuilder {
        let asked = context.http.request(method, context.at(path));
        asked
            .header(COOKIE, &self.cookie)
            .header("accept", "application/json")
    }
}

/// A mailed link of the control organisations' people, as if its mail had gone out; it works for so many seconds.
pub(super) async fn link(
    context: &Context,
    about: (&str, &str),
    kind: TokenKind,
    seconds: i32,
) -> Result<String, Failed> {
    let token = token::generate(kind, context.db.chance());
    let hash = crypto::digest::sha256(token.expose().as_bytes());
    trust::add_control_link(&context.db, about, &hash, seconds).await?;
    Ok(token.expose().clone())
}

/// Sets a password by a link: the status. Fails where links were used too often of late to say anything.
pub(super) async fn reset(context: &Context, link: &str, password: &str) -> Result<u16, Failed> {
    let body = json!({ "token": link, "password": password });
    let asked = context.http.post(context.at("/api/v1/password-resets/use"));
    let status = asked.json(&body).send().await?.status().as_u16();
    if status == 429 {
        return Err("links were used too often within the last minutes: run it again later".into());
    }
    Ok(status)
}
