use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::moment::Moment;
use super::render::render;
use crate::app::App;
use crate::history::{Issue, Status};
use crate::query::Parameters;

const ROWS: usize = 40;

/// The list.
#[derive(Debug, Template)]
#[template(path = "issues.html")]
struct IssuesPage<'a> {
    simulated: bool,
    tabs: Vec<Tab>,
    rows: Vec<Row<'a>>,
    /// How many issues the chosen tab holds.
    total: usize,
    /// The places of the first and the last row, from 1.
    first: usize,
    last: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// A choice of status, or of all.
#[derive(Debug)]
struct Tab {
    name: &'static str,
    address: String,
    count: usize,
    chosen: bool,
}

#[derive(Debug)]
struct Row<'a> {
    issue: &'a Issue,
    created: Moment,
    updated: Moment,
}

/// `GET /`, newest first. Whatever is odd about the query shows the first page of all issues.
pub(super) async fn issues(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let sent = Parameters::parse(query.unwrap_or_default().as_bytes());
    let asked = sent.one("status").ok().flatten();
    let chosen = Status::ALL
        .into_iter()
        .find(|status| Some(status.slug()) == asked);
    let page: usize = sent
        .one("page")
        .ok()
        .flatten()
        .and_then(|page| page.parse().ok())
        .unwrap_or(1)
        .max(1);

    let state = app.store.read();
    let issues = &state.history.issues;
    let found: Vec<&Issue> = issues
        .values()
        .rev()
        .filter(|issue| chosen.is_none_or(|status| issue.status == status))
        .collect();
    let before = (page - 1).saturating_mul(ROWS);
    let now = app.clock.now();
    let rows: Vec<_> = found
        .iter()
        .skip(before)
        .take(ROWS)
        .map(|issue| Row {
            issue,
            created: Moment::new(issue.created_at, now),
            updated: Moment::new(issue.updated_at, now),
        })
        .collect();
    let last = before.saturating_add(rows.len());
    let page = IssuesPage {
        simulated: state.simulated,
        tabs: tabs(issues.values(), chosen),
        total: found.len(),
        first: before.saturating_add(1),
        last,
        previous: (page > 1).then(|| address(chosen, page - 1)),
        next: (last < found.len()).then(|| address(chosen, page + 1)),
        rows,
    };
    render(&page, StatusCode::OK)
}

fn tabs<'a>(issues: impl Iterator<Item = &'a Issue>, chosen: Option<Status>) -> Vec<Tab> {
    let mut all = Tab {
        name: "All",
        address: address(None, 1),
        count: 0,
        chosen: chosen.is_none(),
    };
    let mut tabs = Status::ALL.map(|status| Tab {
        name: status.name(),
        address: address(Some(status), 1),
        count: 0,
        chosen: chosen == Some(status),
    });
    for issue in issues {
        all.count += 1;
        if let Some(tab) = tabs.iter_mut().find(|tab| tab.name == issue.status.name()) {
            tab.count += 1;
        }
    }
    std::iter::once(all).chain(tabs).collect()
}

fn address(status: Option<Status>, page: usize) -> String {
    match (status, page) {
        (None, 1) => "/".to_owned(),
        (None, page) => format!("/?page={page}"),
        (Some(status), 1) => format!("/?status={}", status.slug()),
        (Some(status), page) => format!("/?status={}&page={page}", status.slug()),
    }
}
