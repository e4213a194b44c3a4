use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::can::{Can, ReadIssues};
use super::cursor::{Cursor, NotACursor};
use super::get_issue::find;
use super::page::Limit;
use super::problem::Problem;
use super::query::{Asked, moment};
use crate::app::App;
use crate::history::Event;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListEvents {
    /// From this moment on, itself included.
    since: Option<String>,
    cursor: Option<String>,
    limit: Option<u16>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListEventsOfIssue {
    cursor: Option<String>,
    limit: Option<u16>,
}

#[derive(Debug, Serialize)]
pub(super) struct EventPage {
    events: Vec<Event>,
    next_cursor: Option<String>,
}

/// `GET /api/v1/events`: of all issues, oldest first.
pub(super) async fn list_events(
    State(app): State<Arc<App>>,
    _: Can<ReadIssues>,
    Asked(asked): Asked<ListEvents>,
) -> Result<Json<EventPage>, Problem> {
    let since = asked.since.map(|text| moment("since", &text)).transpose()?;
    let state = app.store.read();
    let events = state.history.events.iter();
    let events = events.filter(|event| since.is_none_or(|since| event.at >= since));
    page(events, asked.cursor.as_deref(), asked.limit)
}

/// `GET /api/v1/issues/{number}/events`: of one issue, oldest first.
pub(super) async fn list_events_of_issue(
    State(app): State<Arc<App>>,
    _: Can<ReadIssues>,
    Path(number): Path<String>,
    Asked(asked): Asked<ListEventsOfIssue>,
) -> Result<Json<EventPage>, Problem> {
    let state = app.store.read();
    let issue = find(&state, &number)?;
    page(
        state.history.events_of(issue.number),
        asked.cursor.as_deref(),
        asked.limit,
    )
}

fn page<'a>(
    events: impl Iterator<Item = &'a Event>,
    cursor: Option<&str>,
    limit: Option<u16>,
) -> Result<Json<EventPage>, Problem> {
    let limit = Limit::new(limit)?;
    let after = match cursor.map(str::parse).transpose()? {
        None => 0,
        Some(Cursor::Event { id }) => id,
        Some(Cursor::Issue { .. }) => return Err(NotACursor.into()),
    };
    let (page, last) = limit.page(events.filter(|event| event.id > after));
    let next_cursor = last.map(|event| Cursor::Event { id: event.id }.to_string());
    Ok(Json(EventPage {
        events: page.into_iter().cloned().collect(),
        next_cursor,
    }))
}
