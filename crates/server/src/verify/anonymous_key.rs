use crypto::token::{self, TokenKind};
use kernel::{AnonymousKeyId, Secret};
use reqwest::Response;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use trust::{Control, Found};
use web::{Access, Surface};

use super::context::begin_as;
use super::exhibit::refusal;
use super::row_level_security::{readable, rows};
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.anonymous_key",
    "AC-09",
    "An anonymous key opens nothing until its organisation is opened, and then its public name alone, to pages of listed origins; by SQL its login sees that one row and no other on any table; nothing opens without a fresh pass of the linter.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

const ORIGIN: &str = "https://controls.invalid";
const ABOUT: &str = "/api/v1/public/about";
/// All that the login may call: its binder, and what its one policy asks.
const CALLABLE: [&str; 4] = [
    "ctx.bind_anonymous_key(bytea,bytea)",
    "ctx.bound()",
    "ctx.kind()",
    "ctx.org()",
];

async fn look(context: &Context) -> Look {
    let (key, id) = make(context).await?;
    let found = attack(context, &key).await;
    as_verifier(
        context,
        &format!("access.sweep_controls('{{{}}}')", id.uuid()),
    )
    .await?;
    found
}

async fn attack(context: &Context, key: &Secret<String>) -> Look {
    if let Some(how) = gate(context).await? {
        fail!("{how}");
    }
    if ask(context, key, ABOUT, Some(ORIGIN)).await?.status() != 401 {
        fail!("an anonymous key opens an organisation that nobody opened");
    }
    let open = format!("access.open_control('{}')", context.a.organisation.uuid());
    as_verifier(context, &open).await?;
    if lint_status(context).await?.as_deref() == Some("fail") {
        let closed = ask(context, key, ABOUT, Some(ORIGIN)).await?.status();
        if closed != 503 {
            fail!("the linter has a finding, and an anonymous key gets {closed}");
        }
        let closed = "closed to every anonymous key while the linter has a finding";
        return Ok(Found::Pass(closed.to_owned()));
    }
    if let Some(how) = origins(context, key).await? {
        fail!("{how}");
    }
    let mut routes = 0;
    for route in web::routes() {
        let is_tried = route.surface == Surface::Api && route.method.as_str() == "GET";
        if !is_tried || matches!(route.access, Access::Public | Access::AnonymousKey) {
            continue;
        }
        let path = route.path.replace(['{', '}', '*'], "");
        let status = ask(context, key, &path, Some(ORIGIN)).await?.status();
        if !matches!(status.as_u16(), 401 | 403) {
            fail!("{path} answers {status} to an anonymous key");
        }
        routes += 1;
    }
    if let Some(how) = by_sql(context, key).await? {
        fail!("{how}");
    }
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    front
        .execute("select access.turn_off_anonymous(); commit")
        .await?;
    if ask(context, key, ABOUT, Some(ORIGIN)).await?.status() != 401 {
        fail!("an anonymous key still opens an organisation that was closed");
    }
    Ok(Found::Pass(format!(
        "the organisation's name, to pages of a listed origin, and nothing before it was opened or after it was closed; {routes} other routes refused it; by SQL one row on one table and {} functions; turning it on asks for a fresh pass of db.lint",
        CALLABLE.len()
    )))
}

/// Turning it on goes by what the linter said. Returns how it does not.
async fn gate(context: &Context) -> Result<Option<String>, sqlx::Error> {
    let said = lint_status(context).await?;
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let outcome: String = sqlx::query_scalar("select access.turn_on_anonymous()")
        .fetch_one(&mut front)
        .await?;
    front.execute("rollback").await?;
    let expected = said.as_deref() == Some("pass");
    Ok(((outcome == "on") != expected).then(|| {
        let said = said.unwrap_or_else(|| "nothing lately".to_owned());
        format!("the linter said {said}, and turning anonymous access on answers {outcome}")
    }))
}

/// What the linter said last, within its freshness.
async fn lint_status(context: &Context) -> Result<Option<String>, sqlx::Error> {
    let mut verifier = PgConnection::connect_with(&context.instance.verifier).await?;
    sqlx::query_scalar(
        "select status from (
             select status, checked_at from trust.evidence where control = 'db.lint'
              order by checked_at desc limit 1) latest
          where checked_at >= now() - interval '15 minutes'",
    )
    .fetch_optional(&mut verifier)
    .await
}

/// Which pages may use it. Returns what went wrong.
async fn origins(
    context: &Context,
    key: &Secret<String>,
) -> Result<Option<String>, reqwest::Error> {
    let listed = ask(context, key, ABOUT, Some(ORIGIN)).await?;
    let readable = listed.headers().get("access-control-allow-origin");
    if listed.status() != 200 || readable.is_none_or(|origin| origin != ORIGIN) {
        return Ok(Some(format!(
            "a page of a listed origin gets {}",
            listed.status()
        )));
    }
    if listed
        .headers()
        .contains_key("access-control-allow-credentials")
    {
        return Ok(Some("cookies go with an anonymous key".to_owned()));
    }
    for other in [None, Some("null"), Some("https://elsewhere.invalid")] {
        let status = ask(context, key, ABOUT, other).await?.status();
        if status != 403 {
            return Ok(Some(format!("a page of origin {other:?} gets {status}")));
        }
    }
    Ok(None)
}

/// What somebody with the login and the key sees. Returns what is more than the organisation's name.
async fn by_sql(context: &Context, key: &Secret<String>) -> Result<Option<String>, sqlx::Error> {
    let mut anonymous = context.as_anonymous().await?;
    let callable: Vec<String> = sqlx::query_scalar(
        "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where n.nspname not in ('pg_catalog', 'information_schema')
            and has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute')",
    )
    .fetch_all(&mut anonymous)
    .await?;
    let mut more = callable.iter();
    if let Some(more) = more.find(|name| !CALLABLE.contains(&name.as_str())) {
        return Ok(Some(format!("the anonymous login may call {more}")));
    }
    let tables = readable(&mut anonymous).await?;
    for table in &tables {
        if rows(&mut anonymous, &table.name, "true").await? > 0 {
            let name = &table.name;
            return Ok(Some(format!("{name} shows rows to nobody at all")));
        }
    }
    anonymous.execute(AssertSqlSafe(bind(key))).await?;
    let own = format!("id <> '{}'", context.a.organisation.uuid());
    for table in &tables {
        let name = &table.name;
        if name != "identity.organisations" {
            return Ok(Some(format!("the anonymous login may read {name}")));
        }
        let seen = rows(&mut anonymous, name, "true").await?;
        if seen != 1 || rows(&mut anonymous, name, &own).await? > 0 {
            return Ok(Some(format!("an anonymous key sees {seen} organisations")));
        }
    }
    let write = "update identity.organisations set name = 'x'".to_owned();
    let refused = refusal(&mut anonymous, write).await;
    Ok((refused.as_deref() != Some("42501")).then(|| "the anonymous login writes".to_owned()))
}

async fn ask(
    context: &Context,
    key: &Secret<String>,
    path: &str,
    origin: Option<&str>,
) -> Result<Response, reqwest::Error> {
    let mut request = context.http.get(context.at(path)).bearer_auth(key.expose());
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.send().await
}

fn bind(key: &Secret<String>) -> String {
    let key = hex::encode(crypto::digest::sha256(key.expose().as_bytes()));
    let origin = hex::encode(crypto::digest::sha256(ORIGIN.as_bytes()));
    format!("begin; select ctx.bind_anonymous_key('\\x{key}', '\\x{origin}')")
}

async fn make(context: &Context) -> Result<(Secret<String>, AnonymousKeyId), sqlx::Error> {
    let key = token::generate(TokenKind::AnonymousKey, context.db.chance());
    let id = AnonymousKeyId::new(context.now(), context.db.chance());
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    sqlx::query(
        "insert into access.anonymous_keys (id, org_id, made_by, name, face, token_hash, origins, expires_at)
         values ($1, ctx.org(), ctx.person(), 'countersign verify', 'csa_', sha256(convert_to($2, 'UTF8')),
                 array[$3], now() + interval '1 minute')",
    )
    .bind(id.uuid())
    .bind(key.expose())
    .bind(ORIGIN)
    .execute(&mut front)
    .await?;
    front.execute("commit").await?;
    Ok((key, id))
}

async fn as_verifier(context: &Context, call: &str) -> Result<(), sqlx::Error> {
    let mut verifier = PgConnection::connect_with(&context.instance.verifier).await?;
    let statement = AssertSqlSafe(format!("select {call}"));
    verifier.execute(statement).await?;
    verifier.close().await
}
