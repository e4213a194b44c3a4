use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::BodyDataStream;
use broker::files::FileName;
use insight::{Format, Progress, ReadError};
use kernel::{LogId, OrganisationId, Scope};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::keep::Keeping;
use super::reading::{Ending, read};
use crate::AppState;
use crate::alive::while_reading;
use crate::problem::{Kind, Problem, kind};

/// An import under way. It goes on when nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct Import {
    /// Comes once the file has been read, however that ended.
    pub(crate) read: oneshot::Receiver<()>,
    /// What came of it all.
    pub(crate) ended: JoinHandle<Result<(), NotImported>>,
}

/// Why a file was not read into a log.
#[derive(Debug)]
pub(crate) enum NotImported {
    /// It was not begun: another one is on its way there, perhaps by another front, or there is no room for it now. The
    /// log waits still.
    NotBegun(Problem),
    /// The log says why as well, and takes no other.
    Failed(Problem),
}

/// A file as it arrives.
#[derive(Debug)]
pub(crate) struct Arriving {
    /// What it is called.
    pub(crate) name: FileName,
    /// What it is taken for.
    pub(crate) format: Format,
    /// The bytes.
    pub(crate) body: BodyDataStream,
}

/// How often progress is written down.
const TELL_EVERY: Duration = Duration::from_millis(300);

/// Begins to read `file` into the log `id`, and to keep it.
pub(crate) fn start(
    state: AppState,
    (scope, organisation): (Scope, OrganisationId),
    id: LogId,
    file: Arriving,
) -> Import {
    let (tell, read) = oneshot::channel();
    // A task of its own: a client that hangs up leaves a log that says why it failed, not one that
    // is being read for ever.
    let ended = tokio::spawn(async move {
        let claim = state.imports.claim(id);
        let _claim = claim.ok_or_else(|| not_begun(kind::LOG_TAKEN))?;
        let imported = async {
            let place = state.imports.take(organisation).await;
            let _place = place.ok_or_else(|| not_begun(kind::IMPORTS_BUSY))?;
            let keeping = Keeping::begin(&state, (&scope, organisation), id, file.name).await;
            let keeping = keeping.map_err(|error| NotImported::NotBegun(error.into()))?;
            import(
                (&state, &scope, id),
                (file.body, keeping),
                file.format,
                tell,
            )
            .await
            .map_err(NotImported::Failed)
        };
        // On the heap: a task that holds all of it is larger than the others.
        let ended = Box::pin(while_reading(&state, &scope, id, imported)).await;
        if let Err(NotImported::Failed(problem)) = &ended {
            fail(&state, &scope, id, problem).await;
        }
        ended
    });
    Import { read, ended }
}

fn not_begun(kind: Kind) -> NotImported {
    NotImported::NotBegun(Problem::new(kind))
}

async fn import(
    (state, scope, id): (&AppState, &Scope, LogId),
    (body, keeping): (BodyDataStream, Keeping),
    format: Format,
    tell_read: oneshot::Sender<()>,
) -> Result<(), Problem> {
    let (tell, heard) = watch::channel(Progress {
        bytes_read: 0,
        events: 0,
    });
    let ending = Arc::new(Mutex::new(Ending::Whole));
    let reading = read((body, keeping), Arc::clone(&ending), format, tell);
    let (log, ()) = tokio::join!(reading, note_progress((state, scope, id), heard));
    let _ = tell_read.send(());
    let log = log.map_err(|error| {
        let mut ending = ending.lock().unwrap_or_else(PoisonError::into_inner);
        refused(&error, std::mem::replace(&mut *ending, Ending::Whole))
    })?;
    let computed = tokio::task::spawn_blocking(move || {
        let statistics = insight::statistics(&log);
        (log, statistics)
    });
    let (log, statistics) = computed
        .await
        .map_err(|_| Problem::new(kind::INTERNAL).because("insight.statistics_panicked"))?;
    Ok(insight::save_log(&state.db, scope, id, &log, &statistics).await?)
}

/// The log says why it failed.
pub(crate) async fn fail(state: &AppState, scope: &Scope, id: LogId, problem: &Problem) {
    let told = match state.db.write(scope).await {
        Ok(tx) => insight::fail_log(tx, id, problem.code(), problem.sentence()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        // Its silence ends it.
        tracing::warn!(%error, log = %id, "insight.failure_not_stored");
    }
}

/// Writes progress down now and then, until the reader is gone.
async fn note_progress(
    (state, scope, id): (&AppState, &Scope, LogId),
    mut heard: watch::Receiver<Progress>,
) {
    while heard.changed().await.is_ok() {
        let progress = *heard.borrow_and_update();
        if let Err(error) = insight::note_progress(&state.db, scope, id, progress).await {
            tracing::warn!(%error, log = %id, "insight.progress_not_stored");
        }
        tokio::time::sleep(TELL_EVERY).await;
    }
}

impl From<NotImported> for Problem {
    fn from(why: NotImported) -> Self {
        match why {
            NotImported::NotBegun(problem) | NotImported::Failed(problem) => problem,
        }
    }
}

/// The reader's own words, unless the file never arrived whole.
fn refused(error: &ReadError, ending: Ending) -> Problem {
    match ending {
        Ending::Whole => Problem::new(kind::LOG_REFUSED)
            .coded(422, error.code())
            .saying(error.to_string()),
        Ending::Broken => Problem::new(kind::UPLOAD_BROKEN),
        Ending::TooLarge => Problem::new(kind::TOO_LARGE),
        Ending::NotKept(error) => error.into(),
    }
}
