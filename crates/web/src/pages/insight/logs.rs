use axum::response::Response;
use insight::{LogState, StoredLog};
use kernel::JobId;
use ui::Nav;
use ui::insight as view;

use super::source::Sources;
use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::InsightRead;

/// The organisation's logs, and the form that imports one.
pub(super) async fn logs(mut can: Can<InsightRead>) -> Result<Response, Problem> {
    html(&with_form(&mut can, view::ImportForm::default()).await?)
}

/// The page with the form as it was sent.
pub(super) async fn with_form<P>(
    can: &mut Can<P>,
    form: view::ImportForm,
) -> Result<view::Logs, Problem> {
    let page = can.page(Nav::Insight).await?;
    let stored = insight::logs(&mut can.tx).await?;
    let sources = Sources::of(&mut can.tx, &stored).await?;
    Ok(view::Logs {
        page,
        logs: stored.into_iter().map(|log| row(log, &sources)).collect(),
        form: view::ImportForm {
            limit_bytes: can.state.upload_limit_bytes,
            ..form
        },
    })
}

fn row(log: StoredLog, sources: &Sources) -> view::LogRow {
    // An import is known by its log: one job a log, and nothing of it is kept elsewhere.
    let job = JobId::from(log.id.uuid());
    view::LogRow {
        id: log.id,
        source: sources.words(&log),
        cases: count(log.cases),
        events: count(log.events),
        imported_at: log.finished_at.unwrap_or(log.created_at),
        state: match log.state {
            LogState::Ready => view::LogState::Ready,
            LogState::Reading => view::LogState::Importing(job),
            LogState::Failed => view::LogState::Failed(job),
        },
        name: log.name,
        imported_by: log.added_by,
    }
}

/// Counts in the database are never negative; its type could be.
pub(super) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
