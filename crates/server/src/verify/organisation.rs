use kernel::LogId;
use sqlx::Executor as _;
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "web.active_organisation",
    "ID-09",
    "A request that names another organisation in headers, query, cookie or path is answered in the one of its credential.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let victim = context.b.organisation.to_string();
    let log = victims_log(context).await?;
    let asked = |path: &str| {
        context
            .http
            .get(context.at(path))
            .bearer_auth(context.key_a.expose())
            .header("x-organisation-id", &victim)
            .header("x-org-id", &victim)
            .header("x-tenant-id", &victim)
            .header("cookie", format!("organisation={victim}; org_id={victim}"))
    };
    let me = asked(&format!("/api/v1/me?organisation={victim}&org_id={victim}"))
        .send()
        .await?;
    let (status, text) = (me.status().as_u16(), me.text().await?);
    if status != 200 || !text.contains(&context.a.organisation.to_string()) {
        return Ok(Found::Error(format!(
            "/api/v1/me answers {status} to a valid key"
        )));
    }
    if text.contains(&victim) {
        fail!("a forged organisation id in header, query or cookie was taken over");
    }
    let named = asked(&format!("/api/v1/logs/{log}")).send().await?;
    let made_up = Uuid::from_u128(log.uuid().as_u128() ^ 0xffff);
    let unknown = asked(&format!("/api/v1/logs/{}", LogId::from(made_up)))
        .send()
        .await?;
    let (named_status, unknown_status) = (named.status().as_u16(), unknown.status().as_u16());
    if named_status != 404 || unknown_status != 404 {
        fail!("another organisation's log answers {named_status}, a made-up one {unknown_status}");
    }
    let listed = asked("/api/v1/logs").send().await?.text().await?;
    if listed.contains(&log.to_string()) {
        fail!("a list shows another organisation's log");
    }
    Ok(Found::Pass(
        "forged ids in three headers, a query, a cookie and a path changed nothing; another organisation's id answers 404 like a made-up one".to_owned(),
    ))
}

/// Something of B's to ask for, made once.
async fn victims_log(context: &Context) -> Result<LogId, sqlx::Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.b.hash).await?;
    let found: Option<Uuid> = sqlx::query_scalar("select id from insight.logs limit 1")
        .fetch_optional(&mut front)
        .await?;
    let id = if let Some(id) = found {
        id
    } else {
        let id = LogId::new(context.now(), context.db.chance()).uuid();
        sqlx::query(
            "insert into insight.logs (id, org_id, user_id, name, source, state)
                 values ($1, ctx.org(), ctx.person(), 'Control', 'import', 'ready')",
        )
        .bind(id)
        .execute(&mut front)
        .await?;
        id
    };
    front.execute("commit").await?;
    Ok(id.into())
}
