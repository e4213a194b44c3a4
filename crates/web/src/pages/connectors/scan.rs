use axum::response::Response;
use kernel::ConnectionId;
use serde_json::{Map, Value};

use super::scan_face;
use crate::Can;
use crate::api::connectors::begin_scan;
use crate::extract::{Form, Id};
use crate::pages::answer::{done, failed, html, is_about_form};
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsRead, ConnectorsScan};

/// How far a scan is, alone, while it runs.
pub(super) async fn status(
    mut can: Can<ConnectorsRead>,
    Id(id): Id<ConnectionId>,
) -> Result<Response, Problem> {
    let connection = connectors::connection(&mut can.tx, id).await?;
    let connection = connection.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    html(&scan_face::view(&mut can, &connection).await?)
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

/// The fields `ask.NAME` as the text of a JSON object.
fn asked(form: &Form) -> String {
    let chosen: Map<String, Value> = form
        .fields()
        .filter_map(|(name, value)| Some((name.strip_prefix("ask.")?, value.trim())))
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    Value::Object(chosen).to_string()
}
