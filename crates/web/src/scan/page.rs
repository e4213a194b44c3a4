use std::time::Duration;

use broker::protocol::{Answer, Call, Failure, ReadAnswer};
use broker::socket::{BrokerClient, CallError};
use connectors::{NextPage, OpenCall, ScanPage};
use crypto::digest::sha256;
use insight::{GrowingLog, NewEvent};
use kernel::{ConnectionId, JobId, LogId, Scope};
use manifest::{Arguments, Manifest, Operation, ScanEvent, ScanStep};
use serde_json::Value;
use time::OffsetDateTime;

use super::error::ScanError;
use super::plan::{later_calls, text};
use crate::AppState;

/// Pages of one call; more is a provider that never ends.
const MOST_PAGES: u32 = 10_000;

/// Of a mark, in characters; a longer one is none.
const LONGEST_MARK: usize = 10_000;

/// A scan under way.
pub(super) struct Reader<'a> {
    pub(super) state: &'a AppState,
    pub(super) scope: Scope,
    pub(super) manifest: &'a Manifest,
    /// Within the share of the organisation.
    pub(super) broker: BrokerClient,
    pub(super) connection: ConnectionId,
    pub(super) log: LogId,
    pub(super) job: JobId,
    pub(super) asked: Arguments,
}

impl Reader<'_> {
    /// Reads one page and keeps it, with what follows from it. Returns the pause that the app asks for.
    pub(super) async fn page(
        &self,
        call: &OpenCall,
        log: &mut GrowingLog,
    ) -> Result<Option<Duration>, ScanError> {
        let scan = self.manifest.scan.as_ref().ok_or(ScanError::Manifest)?;
        let step = scan.steps.get(usize::from(call.step));
        let step = step.ok_or(ScanError::Manifest)?;
        let operation = self.manifest.operation(&step.operation);
        let operation = operation.map_err(|_| ScanError::Manifest)?;
        if call.pages >= MOST_PAGES {
            return Err(ScanError::TooLarge);
        }
        // What a page tells is about what was called, whichever operation gave it.
        let called = Arguments::parse(call.called.as_bytes());
        let called = called.map_err(|_| ScanError::Manifest)?;
        let asked = match &call.next {
            Some(next) => next.clone(),
            None => self.first(operation, (call, &called))?,
        };
        let begun_at = call.begun_at.unwrap_or_else(|| self.state.now());
        let answer = match self.read(asked).await {
            Err(error) if error.is_refusal() && self.look_anew((call, step)).await? => {
                return Ok(None);
            }
            answer => answer?,
        };
        let told = operation.extract(&answer.kept, &called);
        if told.is_cut {
            return Err(ScanError::TooLarge);
        }
        let events = told.events.into_iter();
        let events: Vec<NewEvent> = events
            .map(|event| new_event(&operation.id, event))
            .collect();
        let found = later_calls(scan, step, &answer.kept, &self.asked)?;
        let mut tx = self.state.db.write(&self.scope).await?;
        let page = ScanPage {
            call,
            next: answer.next.map(|next| NextPage {
                operation: next.operation,
                arguments: next.arguments,
            }),
            mark: mark(operation, (call, &answer.kept), begun_at),
            begun_at,
        };
        if !connectors::end_page(&mut tx, (self.log, self.job), page).await? {
            return Err(ScanError::Left);
        }
        if !connectors::add_calls(&mut tx, self.log, &found).await? {
            return Err(ScanError::TooLarge);
        }
        log.append(&mut tx, &events).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "a part of a scan, whose end is audited"
        )]
        tx.commit_silently().await?;
        Ok(answer.wait_seconds.map(Duration::from_secs))
    }

    /// What asks for the first page of a call: of what is new since the last round, where the operation can be asked so.
    fn first(
        &self,
        operation: &Operation,
        (call, called): (&OpenCall, &Arguments),
    ) -> Result<NextPage, ScanError> {
        let since = call.mark.as_deref();
        let since = since.and_then(|mark| self.manifest.changes_since(operation, mark));
        Ok(match since {
            Some(new) => NextPage {
                operation: new.operation(&operation.id).to_owned(),
                arguments: text(&new.arguments(called))?,
            },
            None => NextPage {
                operation: operation.id.clone(),
                arguments: call.called.clone(),
            },
        })
    }

    /// What may be done about a refusal. The app may not know any more where the page is, or where what is new began: then
    /// the call begins anew. Or it may have no more what the call is about: then the call is over. False where the
    /// refusal stands.
    async fn look_anew(&self, (call, step): (&OpenCall, &ScanStep)) -> Result<bool, ScanError> {
        let of = (self.log, self.job);
        let mut tx = self.state.db.write(&self.scope).await?;
        let is_placed = call.next.is_some() || call.mark.is_some();
        let is_anew = is_placed && connectors::restart_call(&mut tx, of, call).await?;
        let is_over =
            !is_anew && step.for_each.is_some() && connectors::end_gone(&mut tx, of, call).await?;
        if !is_anew && !is_over {
            return Ok(false);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a part of a scan, whose end is audited"
        )]
        tx.commit_silently().await?;
        Ok(true)
    }

    async fn read(&self, asked: NextPage) -> Result<ReadAnswer, ScanError> {
        let call = Call::Read {
            connection: self.connection,
            operation: asked.operation,
            arguments: asked.arguments,
        };
        match self.broker.call(&self.scope, call).await {
            Ok(Answer::Read(answer)) => Ok(*answer),
            Ok(_) => Err(ScanError::Manifest),
            Err(CallError::Failed(failure)) => {
                let pause = failure.wait_seconds.map(Duration::from_secs);
                Err(ScanError::of(failure, pause))
            }
            Err(error) => {
                let failure = Failure {
                    code: "broker.unavailable".to_owned(),
                    message: error.to_string(),
                    wait_seconds: None,
                    status: None,
                };
                Err(ScanError::of(failure, None))
            }
        }
    }
}

/// Where what is new begins in the next round: no later than this call began, since what changed on pages that had been
/// read by then is new.
fn mark(
    operation: &Operation,
    (call, kept): (&OpenCall, &Value),
    begun_at: OffsetDateTime,
) -> Option<String> {
    let rule = operation.incremental.as_ref()?;
    let mark = rule.mark(call.next_mark.as_deref(), kept, begun_at)?;
    (mark.chars().count() <= LONGEST_MARK).then_some(mark)
}

/// With the app's identifier for it as its key; or, where the app has none, with all of it.
fn new_event(operation: &str, event: ScanEvent) -> NewEvent {
    let whole = || {
        format!(
            "\u{0}{}\u{0}{}\u{0}{}\u{0}{}",
            event.case,
            event.activity,
            event.at.unix_timestamp_nanos(),
            event.resource.as_deref().unwrap_or_default()
        )
    };
    let identity = event.id.clone().unwrap_or_else(whole);
    // Identifiers of one operation's events mean nothing among another's.
    let digest = sha256(format!("{operation}\u{0}{identity}").as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    NewEvent {
        case: event.case,
        activity: event.activity,
        resource: event.resource,
        at: event.at,
        key,
    }
}
