use axum::response::Response;
use kernel::{ConnectionId, LogId};
use serde_json::{Map, Value};

use super::scan_face;
use crate::api::connectors::{self, begin_scan};
use crate::extract::{Form, Id};
use crate::pages::answer::{done, failed, html, is_about_form};
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsRead, ConnectorsScan};
use crate::{AppState, Can};

/// How far a scan is, alone, while it runs.
pub(super) async fn status(
    mut can: Can<ConnectorsRead>,
    Id(log): Id<LogId>,
) -> Result<Response, Problem> {
    let not_found = || Problem::new(kind::NOT_FOUND);
    let scan = ::connectors::scan(&mut can.tx, log).await?;
    let scan = scan.ok_or_else(not_found)?;
    let connection = ::connectors::connection(&mut can.tx, scan.connection).await?;
    let connection = connection.ok_or_else(not_found)?;
    html(&scan_face::one(&mut can, &connection, scan).await?)
}

/// Begins one.
pub(super) async fn start(
    can: Can<ConnectorsScan>,
    Id(id): Id<ConnectionId>,
    form: Form,
) -> Result<Response, Problem> {
    let state = can.state.clone();
    let page = format!("/connectors/{id}");
    match begin_scan(can, id, &asked(&form)).await {
        Ok(_) => Ok(done(&state, &page, "The scan has begun.")),
        Err(problem) if is_about_form(&problem) => Ok(failed(&state, &page, problem.sentence())),
        Err(problem) => Err(problem),
    }
}

/// Stops one, until somebody goes on with it.
pub(super) async fn pause(
    mut can: Can<ConnectorsScan>,
    Id(log): Id<LogId>,
) -> Result<Response, Problem> {
    let state = can.state.clone();
    let (scan, connection) = connectors::to_change(&mut can, log).await?;
    let paused = connectors::pause(can, &scan).await;
    let told = "Paused. What was read is kept.";
    changed(&state, connection.id, paused, told)
}

/// Goes on with one, or reads what is new.
pub(super) async fn resume(
    mut can: Can<ConnectorsScan>,
    Id(log): Id<LogId>,
) -> Result<Response, Problem> {
    let state = can.state.clone();
    let (scan, connection) = connectors::to_change(&mut can, log).await?;
    let resumed = connectors::resume(can, (&scan, &connection)).await;
    changed(&state, connection.id, resumed, "The scan goes on.")
}

/// Says how often one reads by itself what is new.
pub(super) async fn repeat(
    mut can: Can<ConnectorsScan>,
    Id(log): Id<LogId>,
    form: Form,
) -> Result<Response, Problem> {
    let state = can.state.clone();
    let every = Some(form.get("every")).filter(|every| !every.is_empty());
    let (scan, connection) = connectors::to_change(&mut can, log).await?;
    let set = connectors::set_repeat(can, (&scan, &connection), every).await;
    let told = match every {
        Some(_) => "It reads what is new now, and then by itself.",
        None => "It reads nothing by itself any more.",
    };
    changed(&state, connection.id, set, told)
}

fn changed(
    state: &AppState,
    connection: ConnectionId,
    changed: Result<(), Problem>,
    told: &'static str,
) -> Result<Response, Problem> {
    let page = format!("/connectors/{connection}");
    match changed {
        Ok(()) => Ok(done(state, &page, told)),
        Err(problem) if is_about_form(&problem) => Ok(failed(state, &page, problem.sentence())),
        Err(problem) => Err(problem),
    }
}

/// The fields `ask.NAME` as the text of a JSON object.
fn asked(form: &Form) -> String {
    let chosen: Map<String, Value> = form
        .fields()
        .filter_map(|(name, value)| Some((name.strip_prefix("ask.")?, value.trim())))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    Value::Object(chosen).to_string()
}
