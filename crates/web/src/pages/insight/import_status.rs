use axum::response::Response;
use insight::{LogState, StoredLog};
use kernel::{JobId, LogId};
use ui::Nav;
use ui::insight::{Import, ImportProblem, ImportState, ImportStatus};

use super::logs::count;
use super::source::Sources;
use crate::Can;
use crate::extract::Id;
use crate::pages::answer::html;
use crate::problem::{Problem, kind};
use crate::route::permission::{InsightImport, InsightRead, Permit as _};

/// An import on its way, and how it ended.
pub(super) async fn import_page(
    mut can: Can<InsightRead>,
    Id(job): Id<JobId>,
) -> Result<Response, Problem> {
    let page = can.page(Nav::Insight).await?;
    let log = find(&mut can, job).await?;
    let sources = Sources::of(&mut can.tx, std::slice::from_ref(&log)).await?;
    html(&Import {
        page,
        source: sources.words(&log),
        log: log.id,
        status: status(job, &log, can.holds(InsightImport::ACCESS)),
        name: log.name,
    })
}

/// The part of it that is fetched again while it runs.
pub(super) async fn import_status(
    mut can: Can<InsightRead>,
    Id(job): Id<JobId>,
) -> Result<Response, Problem> {
    let log = find(&mut can, job).await?;
    html(&status(job, &log, can.holds(InsightImport::ACCESS)))
}

/// An import is known by its log.
async fn find(can: &mut Can<InsightRead>, job: JobId) -> Result<StoredLog, Problem> {
    insight::log(&mut can.tx, LogId::from(job.uuid()))
        .await?
        .ok_or_else(|| Problem::new(kind::NOT_FOUND))
}

fn status(job: JobId, log: &StoredLog, may_remove: bool) -> ImportStatus {
    ImportStatus {
        job,
        state: state(log),
        connection: log.connection,
        may_remove,
    }
}

fn state(log: &StoredLog) -> ImportState {
    match log.state {
        LogState::Reading if log.bytes_read == 0 && log.events == 0 => ImportState::Queued,
        LogState::Reading => ImportState::Reading {
            read_bytes: count(log.bytes_read),
            events: count(log.events),
        },
        LogState::Ready => ImportState::Done {
            log: log.id,
            cases: count(log.cases),
            events: count(log.events),
            duration_ms: duration_ms(log),
        },
        LogState::Failed => ImportState::Failed(ImportProblem {
            message: log
                .error_text
                .clone()
                .unwrap_or_else(|| kind::LOG_REFUSED.sentence.to_owned()),
            // The sentence begins with it, and ends with what to do.
            line: None,
            hint: String::new(),
        }),
    }
}

fn duration_ms(log: &StoredLog) -> u64 {
    let took = log.finished_at.unwrap_or(log.created_at) - log.created_at;
    u64::try_from(took.whole_milliseconds()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use time::ext::NumericalDuration as _;
    use ui::Template as _;

    use super::*;

    fn log(state: LogState) -> StoredLog {
        StoredLog {
            id: LogId::from(uuid::Uuid::from_u128(7)),
            name: "Orders".to_owned(),
            connection: None,
            state,
            bytes_read: 0,
            cases: 0,
            events: 0,
            error_code: None,
            error_text: None,
            statistics: None,
            added_by: "Example Owner".to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            finished_at: None,
        }
    }

    fn fragment(log: &StoredLog) -> String {
        status(JobId::from(log.id.uuid()), log, true)
            .render()
            .unwrap()
    }

    #[test]
    fn an_import_under_way_is_asked_after_until_it_has_ended() {
        let asks = "hx-trigger=\"every 500ms\"";
        let mut reading = log(LogState::Reading);
        assert!(fragment(&reading).contains("Waiting for a free worker"));
        reading.bytes_read = 1_420_000;
        reading.events = 221_004;
        let html = fragment(&reading);
        assert!(
            html.contains(asks) && html.contains("221,004 events"),
            "{html}"
        );
        for ended in [LogState::Ready, LogState::Failed] {
            assert!(!fragment(&log(ended)).contains(asks));
        }
    }

    #[test]
    fn an_import_that_is_done_leads_to_its_log_and_says_how_long_it_took() {
        let mut done = log(LogState::Ready);
        done.finished_at = Some(done.created_at + 1_840.milliseconds());
        assert_eq!(duration_ms(&done), 1_840);
        assert!(fragment(&done).contains(&format!("href=\"/insight/logs/{}\"", done.id)));
    }

    #[test]
    fn a_refusal_is_told_in_the_readers_own_words() {
        let mut failed = log(LogState::Failed);
        failed.error_text = Some("line 3, timestamp: \"soon\" is not a date".to_owned());
        assert!(fragment(&failed).contains("line 3, timestamp"));
    }
}
