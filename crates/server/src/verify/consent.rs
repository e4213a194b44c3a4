use kernel::ConnectionId;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};
use trust::{Control, Found};

use super::canary::plant;
use super::context::begin_as;
use super::exhibit::connection;
use super::visitor::Failed;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "connectors.consent",
    "CO-02",
    "What an app is asked for is told before, each scope with a reason, and the app is asked for that and nothing else. What is recorded as granted, more or less than that, is told of the connection. This asks the API; the pages show the same.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

const ASKED: &str = "issues:read";
const BEYOND: &str = "issues:write";
/// Fewer letters say nothing to anybody.
const LEAST_LETTERS: usize = 20;

async fn look(context: &Context) -> Look {
    let all = context.told("/api/v1/apps").await?;
    let apps = all.as_array().map_or(&[][..], Vec::as_slice);
    let every = || {
        apps.iter()
            .flat_map(|app| scopes(app).map(move |scope| (app, scope)))
    };
    for (app, scope) in every() {
        if text(scope, "reason").len() < LEAST_LETTERS {
            fail!(
                "nobody says why {} is asked for {}",
                app["id"],
                scope["scope"]
            );
        }
    }
    let tracker = apps.iter().find(|app| app["id"] == "tracker");
    let tracker = tracker.ok_or("there is no tracker in the catalogue")?;
    let to_read = scopes(tracker).filter(|scope| scope["purpose"] == "read");
    let told: Vec<&str> = to_read.map(|scope| text(scope, "scope")).collect();
    let sent = plant(context).await?.goes_on;
    let asked = sent.query_pairs().find(|(name, _)| name == "scope");
    let asked = asked.map_or_else(String::new, |(_, scopes)| scopes.into_owned());
    if asked != told.join(" ") {
        fail!("{told:?} is told, and the app is asked for {asked:?}");
    }
    if let Some(why) = drift(context).await? {
        return Ok(Found::Fail(why));
    }
    Ok(Found::Pass(format!(
        "{} scopes of {} apps have a reason; an app was asked for {asked} alone, as was told; where a scope more or a scope less was recorded as granted, the connection told it",
        every().count(),
        apps.len()
    )))
}

fn scopes(app: &Value) -> impl Iterator<Item = &Value> {
    app["scopes"].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Records other scopes as granted than the app was asked for: what was not told.
async fn drift(context: &Context) -> Result<Option<String>, Failed> {
    let id = ConnectionId::from(connection(context).await?);
    let path = format!("/api/v1/connections/{id}");
    for granted in [&[ASKED, BEYOND][..], &[], &[ASKED]] {
        record_grant(context, id, granted).await?;
        let told = context.told(&path).await?;
        if told["scopes_requested"] != json!([ASKED]) || told["scopes_granted"] != json!(granted) {
            return Ok(Some(format!(
                "of an app that was asked for {ASKED}, {granted:?} is recorded as granted, and {} is told",
                told["scopes_granted"]
            )));
        }
    }
    Ok(None)
}

async fn record_grant(
    context: &Context,
    id: ConnectionId,
    scopes: &[&str],
) -> Result<(), sqlx::Error> {
    let mut broker = context.as_broker().await?;
    begin_as(&mut broker, &context.a.hash).await?;
    let told = format!(
        "update connectors.connections set state = 'connected', scopes_granted = '{{{}}}' where id = '{}'",
        scopes.join(","),
        id.uuid()
    );
    broker.execute(AssertSqlSafe(told)).await?;
    broker.execute("commit").await?;
    Ok(())
}
