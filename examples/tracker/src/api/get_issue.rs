use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::can::{Can, ReadIssues};
use super::fields::Fields;
use super::issue_view::IssueView;
use super::problem::Problem;
use super::query::Asked;
use crate::app::App;
use crate::history::Issue;
use crate::store::State as Stored;

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GetIssue {
    fields: Option<String>,
}

/// `GET /api/v1/issues/{number}`
pub(super) async fn get_issue(
    State(app): State<Arc<App>>,
    _: Can<ReadIssues>,
    Path(number): Path<String>,
    Asked(asked): Asked<GetIssue>,
) -> Result<Json<Value>, Problem> {
    let state = app.store.read();
    let view = IssueView::new(find(&state, &number)?, &app.base_url);
    Ok(Json(Fields::parse(asked.fields.as_deref())?.of(&view)?))
}

/// The issue with this number; what is no number names no issue either.
pub(super) fn find<'a>(state: &'a Stored, number: &str) -> Result<&'a Issue, Problem> {
    let number = number.parse().ok();
    number
        .and_then(|number: u64| state.history.issues.get(&number))
        .ok_or_else(|| Problem::not_found("there is no issue with this number"))
}
