//! The executable controls: each attacks the running system and says what became of it.
//!
//! Promises: nothing passes that was not looked at; a control that cannot look says so; controls
//! leave nothing behind but two control organisations and their own audit entries.

mod approvals_bound;
mod approvals_human;
mod audit_log;
mod context;
mod default_deny;
mod egress_self_test;
mod exhibit;
mod front_confined;
mod organisation;
mod row_level_security;
mod secret_canary;
mod security_headers;
mod vault_sealed;

pub use context::{Context, ContextError, Instance};

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use trust::{Control, Evidence, Found};

type Running<'a> = Pin<Box<dyn Future<Output = Found> + Send + 'a>>;

struct Runnable {
    control: Control,
    run: for<'a> fn(&'a Context) -> Running<'a>,
}

macro_rules! controls {
    ($($module:ident),+ $(,)?) => {
        /// Every control, with what runs it.
        const RUNNABLE: &[Runnable] = &[$(Runnable {
            control: $module::CONTROL,
            run: |context| Box::pin($module::run(context)),
        }),+];
    };
}

controls! {
    row_level_security,
    default_deny,
    organisation,
    vault_sealed,
    secret_canary,
    front_confined,
    metadata_only,
    declared_only,
    addresses,
    write_needs_approval,
    approvals_human,
    approvals_bound,
    audit_log,
    security_headers,
}

use egress_self_test::{addresses, declared_only, metadata_only, write_needs_approval};

/// Evidence older than this is stale: three rounds of the default interval.
const FRESH_FOR: Duration = Duration::from_mins(15);
/// A control that hangs has not looked.
const LIMIT: Duration = Duration::from_mins(1);

/// The controls that exist, for the trust page.
pub fn controls() -> Vec<Control> {
    RUNNABLE.iter().map(|runnable| runnable.control).collect()
}

/// Runs every control against the running system.
pub async fn run(context: &Context) -> Vec<Evidence> {
    let mut round = Vec::with_capacity(RUNNABLE.len());
    for runnable in RUNNABLE {
        round.push(evidence(context, runnable).await);
    }
    round
}

/// Runs the control of that name.
pub async fn run_one(context: &Context, id: &str) -> Option<Evidence> {
    let runnable = RUNNABLE.iter().find(|runnable| runnable.control.id == id)?;
    Some(evidence(context, runnable).await)
}

async fn evidence(context: &Context, runnable: &Runnable) -> Evidence {
    let begun = Instant::now();
    let found = tokio::time::timeout(LIMIT, (runnable.run)(context))
        .await
        .unwrap_or_else(|_| Found::Error("it did not end within a minute".to_owned()));
    let took = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    Evidence::of(&runnable.control, found, took, context.now())
}

const fn control(id: &'static str, claim: &'static str, says: &'static str) -> Control {
    Control {
        id,
        claim,
        says,
        fresh_for: FRESH_FOR,
    }
}

/// An attack that got through.
macro_rules! fail {
    ($($text:tt)+) => { return Ok(trust::Found::Fail(format!($($text)+))) };
}
use fail;

/// What ended a look early, as an error of the control.
fn looked(result: Result<Found, Box<dyn std::error::Error + Send + Sync>>) -> Found {
    result.unwrap_or_else(|error| Found::Error(chain(&*error)))
}

type Look = Result<Found, Box<dyn std::error::Error + Send + Sync>>;

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
