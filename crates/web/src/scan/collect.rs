use std::collections::HashSet;
use std::time::Duration;

use broker::protocol::{Answer, Call, ReadAnswer};
use broker::socket::CallError;
use insight::{EventLog, Limits, LogBuilder, Progress, Refusal};
use kernel::{ConnectionId, LogId, Scope};
use manifest::{Arguments, Manifest, Operation, ScanEvent, ScanStep};

use crate::AppState;

/// Why a scan ended without a log.
#[derive(Debug, thiserror::Error)]
pub(super) enum CollectError {
    /// The broker could not read, and may be able to later.
    #[error("{message}")]
    Later { code: String, message: String },
    /// The broker could not read, and will not.
    #[error("{message}")]
    Never { code: String, message: String },
    /// More than a log may hold.
    #[error("the app's history is larger than a log may be")]
    TooLarge,
    /// The organisation has stored as much as it may.
    #[error(
        "your organisation's logs hold as many events as they may: remove one that is not needed"
    )]
    Quota,
    /// It took hours.
    #[error("the app was too slow: reading its history took more than two hours")]
    TooSlow,
    /// The manifest changed under the scan.
    #[error("the app's manifest has no such operation any more")]
    Manifest,
    /// The database failed.
    #[error("the progress could not be stored")]
    Database(#[from] db::Error),
}

/// Pages of one call, and calls of one step; more is a provider that never ends.
const MAX_PAGES: usize = 10_000;
/// Events of one scan, which are in memory until its end.
const MAX_EVENTS: usize = 1_000_000;
/// The longest pause that a provider may ask for before the scan is put off.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// What a scan reads with.
pub(super) struct Reader<'a> {
    pub(super) state: &'a AppState,
    pub(super) scope: Scope,
    pub(super) manifest: &'a Manifest,
    pub(super) connection: ConnectionId,
    pub(super) log: LogId,
}

impl Reader<'_> {
    /// Every event that the app's scan yields, as a log.
    pub(super) async fn collect(&self, asked: &Arguments) -> Result<EventLog, CollectError> {
        let scan = self.manifest.scan.as_ref().ok_or(CollectError::Manifest)?;
        let mut answers: Vec<(String, Vec<serde_json::Value>)> = Vec::new();
        let mut events = Vec::new();
        for step in &scan.steps {
            let operation = self
                .manifest
                .operation(&step.operation)
                .map_err(|_| CollectError::Manifest)?;
            let kept_for_later = scan.steps.iter().any(|later| {
                later
                    .for_each
                    .as_ref()
                    .is_some_and(|each| each.step == step.operation)
            });
            let mut kept = Vec::new();
            for call in calls(step, asked, &answers) {
                self.call(operation, call, |answer, arguments| {
                    let told = operation.extract(answer, arguments);
                    events.extend(told.events);
                    if kept_for_later {
                        kept.push(answer.clone());
                    }
                    (!told.is_cut && events.len() <= MAX_EVENTS).then_some(events.len())
                })
                .await?;
            }
            answers.push((step.operation.clone(), kept));
        }
        build(events)
    }

    /// One call with all its pages, which another operation may give after the first. `take` gets each answer and says
    /// how many events there are, or nothing where these are too many: what a page tells is about what was called.
    async fn call(
        &self,
        operation: &Operation,
        called: Arguments,
        mut take: impl FnMut(&serde_json::Value, &Arguments) -> Option<usize>,
    ) -> Result<(), CollectError> {
        let (mut page, mut arguments) = (operation.id.clone(), called.clone());
        for _ in 0..MAX_PAGES {
            let answer = self.read(&page, &arguments).await?;
            let events = take(&answer.kept, &called).ok_or(CollectError::TooLarge)?;
            let progress = Progress {
                bytes_read: 0,
                events: events as u64,
            };
            insight::note_progress(&self.state.db, &self.scope, self.log, progress).await?;
            let Some(next) = answer.next else {
                return Ok(());
            };
            let next_arguments = Arguments::parse(next.arguments.as_bytes());
            arguments = next_arguments.map_err(|_| CollectError::Manifest)?;
            page = next.operation;
            if let Some(pause) = answer.wait_seconds.map(Duration::from_secs) {
                if pause > MAX_PAUSE {
                    let (code, message) =
                        ("connectors.rate_limited", "the app asks for a long pause");
                    return Err(CollectError::Later {
                        code: code.to_owned(),
                        message: message.to_owned(),
                    });
                }
                tokio::time::sleep(pause).await;
            }
        }
        Err(CollectError::TooLarge)
    }

    async fn read(
        &self,
        operation: &str,
        arguments: &Arguments,
    ) -> Result<ReadAnswer, CollectError> {
        let text = arguments.canonical().map_err(|_| CollectError::Manifest)?;
        let call = Call::Read {
            connection: self.connection,
            operation: operation.to_owned(),
            arguments: String::from_utf8(text).map_err(|_| CollectError::Manifest)?,
        };
        match self.state.broker.call(&self.scope, call).await {
            Ok(Answer::Read(answer)) => Ok(*answer),
            Ok(_) => Err(CollectError::Manifest),
            Err(CallError::Failed(failure)) => Err(judge(failure.code, failure.message)),
            Err(error) => Err(CollectError::Later {
                code: "broker.unavailable".to_owned(),
                message: error.to_string(),
            }),
        }
    }
}

/// Some failures pass by themselves.
fn judge(code: String, message: String) -> CollectError {
    match code.as_str() {
        "egress.timeout"
        | "egress.unreachable"
        | "egress.status"
        | "broker.busy"
        | "broker.database"
        | "connectors.refresh_put_off"
        | "connectors.refresh_too_long" => CollectError::Later { code, message },
        _ => CollectError::Never { code, message },
    }
}

fn calls(
    step: &ScanStep,
    asked: &Arguments,
    answers: &[(String, Vec<serde_json::Value>)],
) -> Vec<Arguments> {
    let chosen = step
        .ask
        .iter()
        .fold(Arguments::default(), |all, name| match asked.get(name) {
            Some(value) => all.with(name, value.clone()),
            None => all,
        });
    let Some(each) = &step.for_each else {
        return vec![chosen];
    };
    answers
        .iter()
        .filter(|(operation, _)| *operation == each.step)
        .flat_map(|(_, kept)| kept)
        .flat_map(|kept| each.calls(kept, &chosen))
        .collect()
}

/// A log in the order of time; events that came twice, as pages shift under a scan, count once.
fn build(mut events: Vec<ScanEvent>) -> Result<EventLog, CollectError> {
    let mut seen = HashSet::new();
    events.retain(|event| event.id.as_ref().is_none_or(|id| seen.insert(id.clone())));
    // Stable: events of one moment stay in the app's order.
    events.sort_by_key(|event| event.at);
    let mut builder = LogBuilder::new(&Limits::default());
    for event in &events {
        let micros = i64::try_from(event.at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX);
        let taken = builder
            .event(&event.activity, event.resource.as_deref(), micros)
            .and_then(|()| builder.close_block(Some(&event.case)));
        match taken {
            // A single odd event is left out; a limit ends the scan.
            Ok(()) | Err(Refusal::TimeOutOfRange | Refusal::NotText) => {}
            Err(Refusal::Bound(_)) => return Err(CollectError::TooLarge),
        }
    }
    Ok(builder.finish())
}
