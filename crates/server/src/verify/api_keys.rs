use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use crypto::token::{self, TokenKind};
use kernel::{ApiKeyId, Secret};
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.api_keys",
    "AC-08",
    "Nothing that a dump of the table of API keys holds opens the API, no login of ours reads even the hashes, and a revoked or expired key is refused at its next request.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

const LIFETIME: Duration = Duration::from_mins(1);

async fn look(context: &Context) -> Look {
    let (revoked, first) = context.another_key(LIFETIME).await?;
    let (expired, second) = context.another_key(Duration::ZERO).await?;
    let found = attack(context, (&revoked, first), &expired).await;
    trust::sweep_controls(&context.db, &[], &[first, second]).await?;
    found
}

async fn attack(
    context: &Context,
    (key, id): (&Secret<String>, ApiKeyId),
    expired: &Secret<String>,
) -> Look {
    let sound = status(context, key.expose()).await?;
    if sound != 200 {
        return Ok(Found::Error(format!(
            "/api/v1/me answers {sound} to a valid key"
        )));
    }
    let tried = dumped(key)?;
    for text in &tried {
        let got = status(context, text).await?;
        if got != 401 {
            fail!("what stands in the table opens the API in place of the key: {got}");
        }
    }
    for mut login in [context.as_front().await?, context.as_broker().await?] {
        begin_as(&mut login, &context.a.hash).await?;
        let statement = "select token_hash from access.api_keys".to_owned();
        if refusal(&mut login, statement).await.as_deref() != Some("42501") {
            fail!("a login of ours reads access.api_keys.token_hash");
        }
    }
    let listed = context
        .http
        .get(context.at("/api/v1/api-keys"))
        .bearer_auth(context.key_a.expose());
    let listed = listed.send().await?.text().await?;
    if !listed.contains(&id.to_string()) {
        return Ok(Found::Error("the list of keys lacks a key".to_owned()));
    }
    if listed.contains(key.expose().as_str()) {
        fail!("the list of keys shows a whole key");
    }
    if status(context, expired.expose()).await? != 401 {
        fail!("an expired key still opens the API");
    }
    revoke(context, id).await?;
    if status(context, key.expose()).await? != 401 {
        fail!("a revoked key still opens the API");
    }
    Ok(Found::Pass(format!(
        "{} forms of what the table holds were refused, and 2 logins could not read the hash; a key worked until it was revoked, and not at the next request; an expired one was refused",
        tried.len()
    )))
}

/// What somebody with the whole row of a key could present in its place.
fn dumped(key: &Secret<String>) -> Result<Vec<String>, token::MalformedToken> {
    let hash = token::hash(TokenKind::ApiKey, key.expose())?;
    let bytes = hash.as_bytes();
    Ok(vec![
        token::face(key.expose()),
        hash.to_hex(),
        format!("\\x{}", hash.to_hex()),
        BASE64_STANDARD.encode(bytes),
        BASE64_URL_SAFE_NO_PAD.encode(bytes),
        // Well-formed, with the hash where the random part goes.
        token::from_random(TokenKind::ApiKey, &Secret::new(*bytes))
            .expose()
            .clone(),
    ])
}

async fn status(context: &Context, bearer: &str) -> Result<u16, reqwest::Error> {
    let request = context.http.get(context.at("/api/v1/me"));
    let answer = request.bearer_auth(bearer).send().await?;
    Ok(answer.status().as_u16())
}

async fn revoke(context: &Context, key: ApiKeyId) -> Result<(), sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let statement = format!(
        "update access.api_keys set revoked_at = now() where id = '{}'; commit",
        key.uuid()
    );
    front.execute(AssertSqlSafe(statement)).await.map(drop)
}
