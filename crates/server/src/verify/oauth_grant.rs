//! A grant of organisation A to attack: consented to through SQL, as a front with A's session does, and
//! from there on over HTTP, as its client.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crypto::token::{self, TokenKind};
use serde_json::Value;

use super::Context;
use super::context::begin_as;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Ours, which needs no registration.
pub(super) const CLIENT: &str = "countersign-desktop";
pub(super) const REDIRECT: &str = "http://127.0.0.1:49152/callback";

/// A code that was just given, and the verifier that only its client has.
pub(super) struct Code {
    pub(super) code: String,
    pub(super) verifier: String,
}

/// An answer of the token endpoint.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Value,
}

impl Answer {
    /// A part of the answer; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }
}

/// 256 random bits, as a client makes a verifier or a state.
pub(super) fn secret(context: &Context) -> String {
    let mut random = [0_u8; 32];
    context.db.chance().fill(&mut random);
    BASE64_URL_SAFE_NO_PAD.encode(random)
}

/// A code of A's for the REST API.
pub(super) async fn code(context: &Context) -> Result<Code, Failed> {
    let described = "/.well-known/oauth-protected-resource/api";
    let described = context.http.get(context.at(described)).send().await?;
    let described: Value = described.json().await?;
    let code = token::generate(TokenKind::AuthorizationCode, context.db.chance());
    let code = code.expose().clone();
    let verifier = secret(context);
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    sqlx::query(
        "insert into oauth.codes (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes, resource, expires_at)
         values (ctx.org(), ctx.person(), sha256($1), $2, $3, sha256($4), '{insight.read}', $5, now() + interval '60 seconds')",
    )
    .bind(code.as_bytes())
    .bind(CLIENT)
    .bind(REDIRECT)
    .bind(verifier.as_bytes())
    .bind(described["resource"].as_str())
    .execute(&mut front)
    .await?;
    sqlx::Executor::execute(&mut front, "commit").await?;
    Ok(Code { code, verifier })
}

/// Redeems a code as its client, but for what is changed; without what is changed to nothing.
pub(super) async fn redeem(
    context: &Context,
    code: &Code,
    changed: (&str, &str),
) -> Result<Answer, Failed> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", &code.code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", &code.verifier),
    ];
    form.retain(|(name, _)| *name != changed.0);
    if !changed.1.is_empty() {
        form.push(changed);
    }
    post(context, &form).await
}

/// Refreshes as the client.
pub(super) async fn refresh(context: &Context, token: &str) -> Result<Answer, Failed> {
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT),
        ("refresh_token", token),
    ];
    post(context, &form).await
}

/// What the API answers to an access token.
pub(super) async fn me(context: &Context, token: &str) -> Result<u16, Failed> {
    let asked = context.http.get(context.at("/api/v1/me"));
    Ok(asked.bearer_auth(token).send().await?.status().as_u16())
}

async fn post(context: &Context, form: &[(&str, &str)]) -> Result<Answer, Failed> {
    let answer = context
        .http
        .post(context.at("/oauth/token"))
        .form(form)
        .send()
        .await?;
    Ok(Answer {
        status: answer.status().as_u16(),
        body: answer.json().await?,
    })
}
