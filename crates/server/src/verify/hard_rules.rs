use broker::protocol::Call;
use broker::socket::CallError;
use kernel::{ConnectionId, Scope};
use sqlx::Executor as _;
use trust::{Control, Found};

use super::canary::waiting_connection;
use super::catalogue::operations;
use super::context::begin_as;
use super::egress_self_test::withstood;
use super::exhibit::connection;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "connectors.hard_rules",
    "CO-08",
    "No app has an operation with a method that deletes, and the broker reads no manifest with one. Through a connection that is not connected, one that is another tenant's and one that is for reading, nothing is written; through the first two nothing is read. That no write leaves without an approval is a control of its own.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// Those of HTTP, IMAP and SMTP that take nothing away.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "EXAMINE", "FETCH", "NOOP", "SEND",
];

async fn look(context: &Context) -> Look {
    let all = context.told("/api/v1/apps").await?;
    let all = all.as_array().map_or(&[][..], Vec::as_slice);
    let mut present = 0;
    for (app, operation) in all
        .iter()
        .flat_map(|app| operations(app).map(move |operation| (app, operation)))
    {
        let method = operation["method"].as_str().unwrap_or_default();
        if !METHODS.contains(&method) {
            fail!("an operation of {} is {method:?}", app["id"]);
        }
        present += 1;
    }
    if present == 0 {
        return Ok(Found::Error("no app has an operation".to_owned()));
    }
    let id = waiting_connection(context).await?;
    let other = Scope::Session(context.b.hash);
    for (whose, scope, expected) in [
        (
            "that waits to be connected",
            context.scope_a(),
            "connectors.not_connected",
        ),
        ("of another tenant", other, "connectors.not_found"),
    ] {
        for writes in [false, true] {
            let got = refusal(context, &scope, (id, writes)).await?;
            if got != expected {
                let what = if writes { "write" } else { "read" };
                fail!("a {what} through a connection {whose} got {got}");
            }
        }
    }
    let reading = reading_connection(context).await?;
    let got = refusal(context, &context.scope_a(), (reading, true)).await?;
    if got != "broker.read_connection" {
        fail!("a write through a connection for reading got {got}");
    }
    let attacked = match withstood(context, &["CO-08"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    Ok(Found::Pass(format!(
        "none of {present} operations of {} apps deletes; nothing was read or proposed through a connection that waits, or another tenant's, and nothing was proposed through one for reading; {attacked}",
        all.len()
    )))
}

/// One that is connected, and for reading.
async fn reading_connection(context: &Context) -> Result<ConnectionId, sqlx::Error> {
    let id = connection(context).await?;
    let mut broker = context.as_broker().await?;
    begin_as(&mut broker, &context.a.hash).await?;
    sqlx::query("update connectors.connections set state = 'connected' where id = $1")
        .bind(id)
        .execute(&mut broker)
        .await?;
    broker.execute("commit").await?;
    Ok(id.into())
}

/// With which code the broker refused a declared operation of the tracker.
async fn refusal(
    context: &Context,
    scope: &Scope,
    (connection, writes): (ConnectionId, bool),
) -> Result<String, CallError> {
    let call = if writes {
        Call::Propose {
            connection,
            operation: "create_issue".to_owned(),
            arguments: r#"{"title":"Nobody asked for this"}"#.to_owned(),
        }
    } else {
        Call::Read {
            connection,
            operation: "list_issues".to_owned(),
            arguments: "{}".to_owned(),
        }
    };
    match context.broker.call(scope, call).await {
        Err(CallError::Failed(failure)) => Ok(failure.code),
        Err(other) => Err(other),
        Ok(_) => Ok("through".to_owned()),
    }
}
