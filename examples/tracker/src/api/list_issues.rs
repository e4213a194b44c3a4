use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::can::{Can, ReadIssues};
use super::cursor::{Cursor, NotACursor};
use super::fields::Fields;
use super::issue_view::IssueView;
use super::page::Limit;
use super::problem::Problem;
use super::query::{Asked, moment};
use crate::app::App;
use crate::history::Issue;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListIssues {
    /// From this moment on, itself included.
    updated_since: Option<String>,
    /// Only the issue that was created under this `Idempotency-Key`, if any: how a client that
    /// lost an answer learns what became of its request.
    idempotency_key: Option<String>,
    fields: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

#[derive(Debug, Serialize)]
pub(super) struct IssuePage {
    issues: Vec<Value>,
    next_cursor: Option<String>,
}

/// `GET /api/v1/issues`, longest unchanged first: an issue that changes while somebody pages
/// through moves to the end and is seen again, and no other one moves to where it is missed.
pub(super) async fn list_issues(
    State(app): State<Arc<App>>,
    _: Can<ReadIssues>,
    Asked(asked): Asked<ListIssues>,
) -> Result<Json<IssuePage>, Problem> {
    let fields = Fields::parse(asked.fields.as_deref())?;
    let limit = Limit::new(asked.limit)?;
    let since = asked
        .updated_since
        .map(|text| moment("updated_since", &text))
        .transpose()?;
    let after = match asked.cursor.map(|text| text.parse()).transpose()? {
        Some(Cursor::Event { .. }) => return Err(NotACursor.into()),
        after => after,
    };
    let state = app.store.read();
    let only = asked.idempotency_key.map(|key| {
        state
            .idempotency_keys
            .get(&key)
            .map_or(0, |replayable| replayable.issue)
    });

    let mut found: Vec<&Issue> = state
        .history
        .issues
        .values()
        .filter(|issue| only.is_none_or(|number| issue.number == number))
        .filter(|issue| since.is_none_or(|since| issue.updated_at >= since))
        .filter(|issue| after.is_none_or(|after| place(issue) > after))
        .collect();
    found.sort_unstable_by_key(|issue| place(issue));
    let (page, last) = limit.page(found.into_iter());
    let issues: Result<_, _> = page
        .into_iter()
        .map(|issue| fields.of(&IssueView::new(issue, &app.base_url)))
        .collect();
    let next_cursor = last.map(|issue| place(issue).to_string());
    Ok(Json(IssuePage {
        issues: issues?,
        next_cursor,
    }))
}

fn place(issue: &Issue) -> Cursor {
    Cursor::Issue {
        updated_at: issue.updated_at.unix_timestamp(),
        number: issue.number,
    }
}
