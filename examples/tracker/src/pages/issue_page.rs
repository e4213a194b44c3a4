use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use time::OffsetDateTime;

use super::moment::Moment;
use super::not_found;
use super::render::render;
use crate::app::App;
use crate::history::{Comment, Event, Issue, Status, What};

/// One issue.
#[derive(Debug, Template)]
#[template(path = "issue.html")]
struct IssuePage<'a> {
    simulated: bool,
    issue: &'a Issue,
    created: Moment,
    updated: Moment,
    closed: Option<Moment>,
    entries: Vec<Entry<'a>>,
}

/// What happened, or what was said.
#[derive(Debug)]
struct Entry<'a> {
    actor: &'a str,
    at: Moment,
    what: Told<'a>,
}

#[derive(Debug)]
enum Told<'a> {
    Words(&'static str),
    Assigned(&'a str),
    Moved(Status, Status),
    Labelled(&'a str),
    Said(&'a str),
}

/// `GET /issues/{number}`
pub(super) async fn issue(State(app): State<Arc<App>>, Path(number): Path<String>) -> Response {
    let state = app.store.read();
    let found = number
        .parse()
        .ok()
        .and_then(|number: u64| state.history.issues.get(&number));
    let Some(issue) = found else {
        drop(state);
        return not_found().await;
    };
    let now = app.clock.now();
    let page = IssuePage {
        simulated: state.simulated,
        issue,
        created: Moment::new(issue.created_at, now),
        updated: Moment::new(issue.updated_at, now),
        closed: issue.closed_at.map(|at| Moment::new(at, now)),
        entries: entries(state.history.events_of(issue.number), &issue.comments, now),
    };
    render(&page, StatusCode::OK)
}

fn entries<'a>(
    events: impl Iterator<Item = &'a Event>,
    comments: &'a [Comment],
    now: OffsetDateTime,
) -> Vec<Entry<'a>> {
    let said = comments.iter().map(|comment| {
        (
            comment.at,
            comment.author.as_str(),
            Told::Said(&comment.body),
        )
    });
    let done = events.map(|event| (event.at, event.actor.as_str(), told(&event.what)));
    // Comments first: the sort is stable, and a remark comes before the move that it explains.
    let mut all: Vec<_> = said.chain(done).collect();
    all.sort_by_key(|(at, ..)| *at);
    all.into_iter()
        .map(|(at, actor, what)| Entry {
            actor,
            at: Moment::new(at, now),
            what,
        })
        .collect()
}

fn told(what: &What) -> Told<'_> {
    match what {
        What::Created => Told::Words("reported this issue"),
        What::Closed => Told::Words("closed this issue"),
        What::Reopened => Told::Words("reopened this issue"),
        What::Assigned { assignee } => Told::Assigned(assignee),
        What::StatusChanged { from, to } => Told::Moved(*from, *to),
        What::Labelled { label } => Told::Labelled(label),
    }
}
