use axum::response::Response;
use insight::{LogState, Statistics};
use kernel::{JobId, LogId};
use serde::Deserialize;
use ui::Nav;
use ui::chart::Detail;

use super::map::{Face, dashboard};
use super::source::Sources;
use crate::Can;
use crate::extract::{Id, Query};
use crate::pages::answer::{go, html};
use crate::problem::{Problem, kind};
use crate::route::permission::{InsightImport, InsightRead, Permit as _};

/// What the page's own links say.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    /// How much of the flow the map shows; the usual where it is left out or unknown.
    detail: Option<String>,
}

/// What a log shows. One that is not whole shows how far it is.
pub(super) async fn log(
    mut can: Can<InsightRead>,
    Id(id): Id<LogId>,
    Query(shown): Query<Shown>,
) -> Result<Response, Problem> {
    let page = can.page(Nav::Insight).await?;
    let mut log = insight::log(&mut can.tx, id)
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    if log.state != LogState::Ready {
        return Ok(go(&format!("/insight/imports/{}", JobId::from(id.uuid()))));
    }
    let original = insight::original(&mut can.tx, id).await?;
    let sources = Sources::of(&mut can.tx, std::slice::from_ref(&log)).await?;
    let stored = log.statistics.take().unwrap_or_default();
    let statistics: Statistics = serde_json::from_value(stored)
        .map_err(|_| Problem::new(kind::INTERNAL).because("insight.statistics_unreadable"))?;
    let detail = shown.detail.as_deref().and_then(Detail::from_key);
    let face = Face {
        may_remove: can.holds(InsightImport::ACCESS),
        original,
        page,
        source: sources.words(&log),
        log,
    };
    html(&dashboard(face, statistics, detail.unwrap_or_default()))
}
