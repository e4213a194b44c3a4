use crypto::token::{self, TokenKind};
use kernel::{Secret, ServiceKeyId};
use reqwest::Response;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use trust::{Control, Found};

use super::context::begin_as;
use super::exhibit::refusal;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.service_keys",
    "AC-09",
    "A service key is refused wherever a browser shows it, holds reading permissions and at most that to provision people, has no person behind it, and is refused at the request after it was revoked.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What browsers add to a request, and programs do not.
const BROWSER: [(&str, &str); 5] = [
    ("origin", "https://elsewhere.invalid"),
    ("origin", "null"),
    ("cookie", "theme=dark"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-dest", "empty"),
];
/// What is for persons, and must show such a key nothing.
const PRIVATE: [&str; 3] = ["mail.outbox", "oauth.grants", "identity.links"];

async fn look(context: &Context) -> Look {
    let (key, id) = make(context).await?;
    let found = attack(context, &key, id).await;
    sweep(context, id).await?;
    found
}

async fn attack(context: &Context, key: &Secret<String>, id: ServiceKeyId) -> Look {
    let sound = ask(context, key, None).await?;
    if sound.status() != 200 {
        let status = sound.status();
        return Ok(Found::Error(format!("a valid service key gets {status}")));
    }
    if sound.headers().contains_key("access-control-allow-origin") {
        fail!("the API lets scripts of other origins read an answer to a service key");
    }
    for (name, value) in BROWSER {
        let answer = ask(context, key, Some((name, value))).await?;
        if answer.status() != 403 {
            let status = answer.status();
            fail!("a service key with the header {name} of a browser gets {status}");
        }
    }
    let mut front = context.as_front().await?;
    bind(&mut front, key).await?;
    let person: Option<String> = sqlx::query_scalar("select ctx.person()::text")
        .fetch_one(&mut front)
        .await?;
    if person.is_some() {
        fail!("a service key acts in a person's name");
    }
    for table in PRIVATE {
        let statement = format!("select count(*) from {table}");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(&mut front)
            .await?;
        if seen > 0 {
            fail!("a service key sees {seen} rows of {table}");
        }
    }
    front.execute("rollback").await?;
    if let Some(how) = beyond(context, key).await? {
        fail!("{how}");
    }
    revoke(context, id).await?;
    if ask(context, key, None).await?.status() != 401 {
        fail!("a revoked service key still opens the API");
    }
    Ok(Found::Pass(format!(
        "{} kinds of browser's request were refused; no person and no row of {} private tables by SQL; no write, and nothing at the broker; refused once revoked",
        BROWSER.len(),
        PRIVATE.len()
    )))
}

/// What a service key must not be good for. Returns the first that it is.
async fn beyond(
    context: &Context,
    key: &Secret<String>,
) -> Result<Option<&'static str>, sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let writes = insert("gen_random_uuid()", "sha256('x')", "{approvals.propose}");
    let refused = refusal(&mut front, writes).await;
    front.execute("rollback").await?;
    if refused.as_deref() != Some("23514") {
        return Ok(Some("a service key was made that proposes writes"));
    }
    let mut broker = context.as_broker().await?;
    let bound = refusal(&mut broker, bind_statement(key)).await;
    Ok((bound.as_deref() != Some("42501")).then_some("the broker acts for a service key"))
}

async fn ask(
    context: &Context,
    key: &Secret<String>,
    header: Option<(&str, &str)>,
) -> Result<Response, reqwest::Error> {
    let mut request = context
        .http
        .get(context.at("/api/v1/logs"))
        .bearer_auth(key.expose());
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().await
}

fn bind_statement(key: &Secret<String>) -> String {
    let hash = hex::encode(crypto::digest::sha256(key.expose().as_bytes()));
    format!("rollback; begin; select ctx.bind_service_key('\\x{hash}')")
}

async fn bind(connection: &mut PgConnection, key: &Secret<String>) -> Result<(), sqlx::Error> {
    let statement = AssertSqlSafe(bind_statement(key));
    connection.execute(statement).await.map(drop)
}

fn insert(id: &str, hash: &str, scopes: &str) -> String {
    format!(
        "insert into access.service_keys (id, org_id, made_by, name, face, token_hash, scopes, expires_at)
         values ({id}, ctx.org(), ctx.person(), 'countersign verify', 'css_', {hash}, '{scopes}', now() + interval '1 minute')"
    )
}

async fn make(context: &Context) -> Result<(Secret<String>, ServiceKeyId), sqlx::Error> {
    let key = token::generate(TokenKind::ServiceKey, context.db.chance());
    let id = ServiceKeyId::new(context.now(), context.db.chance());
    let hash = hex::encode(crypto::digest::sha256(key.expose().as_bytes()));
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let statement = insert(
        &format!("'{}'", id.uuid()),
        &format!("'\\x{hash}'"),
        "{insight.read,people.read}",
    );
    front.execute(AssertSqlSafe(statement)).await?;
    front.execute("commit").await?;
    Ok((key, id))
}

async fn revoke(context: &Context, key: ServiceKeyId) -> Result<(), sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let statement = format!(
        "update access.service_keys set revoked_at = now() where id = '{}'; commit",
        key.uuid()
    );
    front.execute(AssertSqlSafe(statement)).await.map(drop)
}

async fn sweep(context: &Context, key: ServiceKeyId) -> Result<(), sqlx::Error> {
    let mut verifier = PgConnection::connect_with(&context.instance.verifier).await?;
    sqlx::query("select access.sweep_controls(array[$1])")
        .bind(key.uuid())
        .execute(&mut verifier)
        .await?;
    verifier.close().await
}
