use approvals::{Filter, State};
use axum::response::Response;
use connectors::{Connection, ConnectionState};
use insight::{LogState, Statistics, StoredLog};
use kernel::PageSize;
use ui::Nav;
use ui::overview as view;

use super::answer::html;
use super::approvals::{Names, waiting_row};
use super::connectors::state_shown;
use crate::Can;
use crate::problem::Problem;
use crate::route::permission::SignedIn;

/// Proposals and logs that are shown of each.
const SHOWN: usize = 3;

/// What needs the person now. What they may not see is left out by the database.
pub(super) async fn overview(mut can: Can<SignedIn>) -> Result<Response, Problem> {
    let page = can.page(Nav::Overview).await?;
    let size = PageSize::default();
    let waiting = approvals::proposals(&mut can.tx, Filter::NeedsPerson, None, size).await?;
    let urgent: Vec<_> = waiting.proposals.into_iter().take(SHOWN).collect();
    let ids: Vec<_> = urgent.iter().map(|row| row.id).collect();
    let deciders = approvals::deciders(&mut can.tx, &ids).await?;
    let state = can.state.clone();
    let names = Names(&state.apps);
    let connections = connectors::connections(&mut can.tx).await?;
    let logs = logs(&mut can).await?;
    let first_steps = first_steps(&mut can, &connections, !logs.is_empty()).await?;
    let open = connections
        .into_iter()
        .filter(|c| c.state != ConnectionState::Disconnected);
    html(&view::Overview {
        page,
        waiting: urgent
            .into_iter()
            .map(|row| waiting_row(names, &deciders, row))
            .collect(),
        connections: open.map(|row| card(names, row)).collect(),
        logs,
        first_steps,
    })
}

async fn logs(can: &mut Can<SignedIn>) -> Result<Vec<view::LogCard>, Problem> {
    let newest = insight::logs(&mut can.tx).await?;
    let ready: Vec<_> = newest
        .into_iter()
        .filter(|log| log.state == LogState::Ready)
        .take(SHOWN)
        .collect();
    let mut cards = Vec::new();
    for log in ready {
        let Some(whole) = insight::log(&mut can.tx, log.id).await? else {
            continue;
        };
        cards.extend(log_card(whole));
    }
    Ok(cards)
}

/// A log without figures has nothing telling to say here.
fn log_card(log: StoredLog) -> Option<view::LogCard> {
    let figures: Statistics = serde_json::from_value(log.statistics?).ok()?;
    let worst = figures.bottlenecks.into_iter().next();
    Some(view::LogCard {
        id: log.id,
        name: log.name,
        cases: figures.cases,
        median_cycle_s: figures.case_duration_s.p50,
        bottleneck: worst
            .map(|bottleneck| bottleneck.sentence)
            .unwrap_or_default(),
    })
}

async fn first_steps(
    can: &mut Can<SignedIn>,
    connections: &[Connection],
    has_log: bool,
) -> Result<view::FirstSteps, Problem> {
    let size = PageSize::default();
    let settled = approvals::proposals(&mut can.tx, Filter::Settled, None, size).await?;
    let approved = |state| {
        matches!(
            state,
            State::Approved | State::Executing | State::Executed | State::Failed
        )
    };
    Ok(view::FirstSteps {
        app_connected: connections
            .iter()
            .any(|c| c.state == ConnectionState::Connected),
        log_imported: has_log,
        key_made: !access::api_keys(&mut can.tx).await?.is_empty(),
        write_approved: settled.proposals.iter().any(|row| approved(row.state)),
    })
}

fn card(names: Names<'_>, row: Connection) -> view::ConnectionCard {
    view::ConnectionCard {
        id: row.id,
        app: names.app(&row.app),
        account: row.instance.unwrap_or(row.name),
        state: state_shown(row.state),
    }
}
