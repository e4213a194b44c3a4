//! The executable controls: each attacks the running system and says what became of it.
//!
//! Promises: nothing passes that was not looked at; a control that cannot look says so; a round
//! leaves nothing behind but its evidence, its audit entries and what the next round takes once it is ten minutes
//! old; it takes away nothing younger that another round made. What is attacked is made once and used again:
//! control organisations, with a provider, two connections, a log and a waiting proposal.

mod access_asset_grants;
mod access_levels;
mod access_policy_functions;
mod access_private_rows;
mod access_reviewer;
mod anonymous_key;
mod api_keys;
mod approvals_bound;
mod approvals_human;
mod audit_log;
mod authorization;
mod broker_confined;
mod canary;
mod catalogue;
mod consent;
mod context;
mod credential_class;
mod csrf;
mod database_lint;
mod default_deny;
mod disconnected;
mod egress_self_test;
mod exhibit;
mod export_delete;
mod files_sealed;
mod front_confined;
mod hard_rules;
mod identity_invitations;
mod identity_linking;
mod identity_links;
mod identity_provisioning;
mod identity_sessions;
mod mail_tls;
mod oauth_client_limit;
mod oauth_desktop_state;
mod oauth_grant;
mod oauth_refresh_replay;
mod operator_access;
mod organisation;
mod passkeys;
mod recent;
mod reviewed;
mod row_level_security;
mod search;
mod second_factor;
mod secret_canary;
mod secret_files;
mod security_headers;
mod service_keys;
mod sign_on;
mod sign_on_saml;
mod token_refresh;
mod turn;
mod vault_attributes;
mod vault_envelope;
mod vault_rotation;
mod vault_sealed;
mod visitor;
mod wrong_passwords;

pub use context::{Context, ContextError, Instance};
pub use database_lint::lint_report;
pub use mail_tls::mail_in_clear;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use trust::{Control, Evidence, Found, Status};
use turn::Turn;

type Running<'a> = Pin<Box<dyn Future<Output = Found> + Send + 'a>>;

struct Runnable {
    control: Control,
    run: for<'a> fn(&'a Context) -> Running<'a>,
}

/// Controls, by how much they look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Round {
    /// Those that end within seconds, whatever the server holds.
    Often,
    /// Those that read everything there is: the whole audit log, every file of the database.
    Daily,
}

macro_rules! controls {
    ($($module:ident),+ $(,)?) => {
        &[$(Runnable {
            control: $module::CONTROL,
            run: |context| Box::pin($module::run(context)),
        }),+]
    };
}

const OFTEN: &[Runnable] = controls![
    row_level_security,
    database_lint,
    default_deny,
    access_policy_functions,
    organisation,
    access_levels,
    access_private_rows,
    access_asset_grants,
    operator_access,
    second_factor,
    passkeys,
    recent,
    identity_sessions,
    csrf,
    identity_links,
    identity_invitations,
    identity_linking,
    identity_provisioning,
    sign_on,
    sign_on_saml,
    wrong_passwords,
    mail_tls,
    api_keys,
    service_keys,
    anonymous_key,
    oauth_client_limit,
    oauth_refresh_replay,
    oauth_desktop_state,
    vault_sealed,
    vault_envelope,
    vault_attributes,
    vault_rotation,
    token_refresh,
    secret_canary,
    files_sealed,
    // From here on the vault has a key, under which there is a proposal to look at.
    credential_class,
    access_reviewer,
    catalogue,
    consent,
    authorization,
    hard_rules,
    disconnected,
    reviewed,
    front_confined,
    broker_confined,
    metadata_only,
    declared_only,
    addresses,
    write_needs_approval,
    approvals_human,
    approvals_bound,
    security_headers,
];

const DAILY: &[Runnable] = controls![secret_files, audit_log, export_delete];

use egress_self_test::{addresses, declared_only, metadata_only, write_needs_approval};

/// Evidence older than this is stale: three rounds of the default interval.
const FRESH_FOR: Duration = Duration::from_mins(15);
/// A control that hangs has not looked.
const LIMIT: Duration = Duration::from_mins(1);
/// How often the daily controls run by themselves.
const DAY: Duration = Duration::from_hours(24);
/// One that did not pass is asked again sooner.
const AGAIN: Duration = Duration::from_hours(1);
/// Evidence of a daily control stays fresh until the next one can be there.
const FRESH_FOR_DAILY: Duration = Duration::from_hours(30);

impl Round {
    const fn runnable(self) -> &'static [Runnable] {
        match self {
            Self::Often => OFTEN,
            Self::Daily => DAILY,
        }
    }
}

fn all() -> impl Iterator<Item = (Round, &'static Runnable)> {
    [Round::Often, Round::Daily].into_iter().flat_map(|round| {
        round
            .runnable()
            .iter()
            .map(move |runnable| (round, runnable))
    })
}

/// The controls that exist, for the trust page.
pub fn controls() -> Vec<Control> {
    all().map(|(_, runnable)| runnable.control).collect()
}

/// The daily controls whose time has come, by the latest evidence of each.
pub fn due(latest: &[Evidence], now: OffsetDateTime) -> Vec<&'static str> {
    let is_due = |id: &str| {
        let found = latest.iter().find(|evidence| evidence.control == id);
        found.is_none_or(|evidence| {
            let rest = match evidence.status {
                Status::Pass => DAY,
                Status::Fail | Status::Error => AGAIN,
            };
            now < evidence.checked_at || now - evidence.checked_at >= rest
        })
    };
    let ids = DAILY.iter().map(|runnable| runnable.control.id);
    ids.filter(|id| is_due(id)).collect()
}

/// Runs the controls of a round against the running system: those that `wanted` names.
pub async fn run(context: &Context, round: Round, wanted: impl Fn(&str) -> bool) -> Vec<Evidence> {
    let turn = turn(context, round).await;
    let mut found = Vec::new();
    for runnable in round.runnable() {
        if wanted(runnable.control.id) && applies(context, runnable) {
            found.push(evidence(context, round, runnable, &turn).await);
        }
    }
    found
}

/// Whether there is anything to look at. What does not apply shows as never run.
fn applies(context: &Context, runnable: &Runnable) -> bool {
    runnable.control.id != secret_files::CONTROL.id || context.instance.cluster_dir.is_some()
}

/// Runs the control of that name.
pub async fn run_one(context: &Context, id: &str) -> Option<Evidence> {
    let (round, runnable) = all().find(|(_, runnable)| runnable.control.id == id)?;
    let turn = turn(context, round).await;
    Some(evidence(context, round, runnable, &turn).await)
}

/// The turn of a round, or why there is none. The daily controls take long, and make nothing that others work with.
async fn turn(context: &Context, round: Round) -> Result<Option<Turn>, String> {
    if round == Round::Daily {
        return Ok(None);
    }
    let turn = Turn::take(&context.instance.verifier).await;
    turn.map(Some)
        .map_err(|error| format!("another round did not end: {error}"))
}

async fn evidence(
    context: &Context,
    round: Round,
    runnable: &Runnable,
    turn: &Result<Option<Turn>, String>,
) -> Evidence {
    let begun = Instant::now();
    let found = match turn {
        Ok(_) => within(context, round, runnable).await,
        Err(why) => Found::Error(why.clone()),
    };
    let took = i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX);
    Evidence::of(&runnable.control, found, took, context.now())
}

async fn within(context: &Context, round: Round, runnable: &Runnable) -> Found {
    let limit = match round {
        Round::Often => Some(LIMIT),
        Round::Daily => context.patience,
    };
    let running = (runnable.run)(context);
    match limit {
        None => running.await,
        Some(limit) => tokio::time::timeout(limit, running)
            .await
            .unwrap_or_else(|_| Found::Error(too_long(round, limit))),
    }
}

fn too_long(round: Round, limit: Duration) -> String {
    let ended = format!("it did not end within {} s", limit.as_secs());
    match round {
        Round::Often => ended,
        Round::Daily => {
            format!("{ended}: run countersign verify, which takes the time that it needs")
        }
    }
}

/// A control that runs in every round, and checks a part of its claim.
const fn control(id: &'static str, claim: &'static str, says: &'static str) -> Control {
    Control {
        id,
        claim,
        says,
        whole: false,
        fresh_for: FRESH_FOR,
    }
}

/// A control that reads everything there is, and checks a part of its claim.
const fn daily(id: &'static str, claim: &'static str, says: &'static str) -> Control {
    Control {
        fresh_for: FRESH_FOR_DAILY,
        ..control(id, claim, says)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_control_is_due_a_day_after_it_passed_and_an_hour_after_it_did_not() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::from_hours(100);
        let is_due = |found: Found, ago: time::Duration| {
            let latest = Evidence::of(&audit_log::CONTROL, found, 1, now - ago);
            due(&[latest], now).contains(&audit_log::CONTROL.id)
        };
        let hour = time::Duration::HOUR;
        assert_eq!(due(&[], now).len(), DAILY.len());
        assert!(!is_due(Found::Pass(String::new()), 23 * hour));
        assert!(is_due(Found::Pass(String::new()), 24 * hour));
        assert!(is_due(Found::Error(String::new()), hour));
        assert!(!is_due(Found::Fail(String::new()), hour / 2));
        // A clock that was wrong must not put it off for ever.
        assert!(is_due(Found::Pass(String::new()), -hour));
    }

    #[test]
    fn daily_evidence_is_fresh_for_longer_than_a_day() {
        for (round, runnable) in all() {
            let longest = if round == Round::Daily { DAY } else { LIMIT };
            assert!(
                runnable.control.fresh_for > longest,
                "{}",
                runnable.control.id
            );
        }
    }
}
