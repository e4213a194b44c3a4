use approvals::{Filter, State};
use axum::response::Response;
use connectors::{Connection, ConnectionState};
use insight::Highlight;
use kernel::PageSize;
use ui::Nav;
use ui::overview as view;

use super::answer::html;
use super::approvals::{Names, waiting_row};
use super::connectors::state_shown;
use crate::Can;
use crate::problem::Problem;
use crate::route::permission::SignedIn;

/// Proposals that are shown.
const SHOWN: usize = 3;
/// Logs that are shown.
const LOGS_SHOWN: u8 = 3;

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
    let logs = insight::highlights(&mut can.tx, LOGS_SHOWN).await?;
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
        connections: open.map(card).collect(),
        logs: logs.into_iter().map(log_card).collect(),
        first_steps,
    })
}

fn log_card(log: Highlight) -> view::LogCard {
    view::LogCard {
        id: log.id,
        name: log.name,
        cases: u64::try_from(log.cases).unwrap_or(0),
        median_cycle_s: log.median_duration_s,
        bottleneck: log.bottleneck.unwrap_or_default(),
    }
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

fn card(row: Connection) -> view::ConnectionCard {
    view::ConnectionCard {
        id: row.id,
        name: row.name,
        host: row.instance.unwrap_or_default(),
        writes: row.writes,
        connected_by: row.connected_by,
        state: state_shown(row.state),
    }
}
