use axum::response::Response;
use connectors::{Connection, ConnectionState};
use kernel::{AssetAccess, PageSize};
use manifest::{Apps, Class, Manifest};
use ui::Nav;
use ui::connectors as view;

use super::app_key::{AppKey, named};
use super::receipt;
use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::ConnectorsRead;

/// The apps that can be connected, each to read and to write.
pub(super) async fn catalogue(mut can: Can<ConnectorsRead>) -> Result<Response, Problem> {
    let page = can.page(Nav::Connectors).await?;
    let connections = connectors::connections(&mut can.tx).await?;
    let apps = apps(&can.state.apps, &connections);
    let mut ended = Vec::new();
    for row in connectors::receipts(&mut can.tx, PageSize::default()).await? {
        let manifest = can.state.apps.get(&row.app);
        ended.push(receipt::view(row, manifest, page.now));
    }
    let unused = connections.iter().filter_map(unused).collect();
    html(&view::Catalogue {
        apps,
        unused,
        is_connected: connections
            .iter()
            .any(|one| one.state != ConnectionState::Disconnected),
        ended,
        page,
    })
}

/// One that waits for review.
fn unused(row: &Connection) -> Option<view::Unused> {
    row.raised_at.map(|_| view::Unused {
        connection: row.id,
        name: row.name.clone(),
        connected_by: row.connected_by.clone(),
        last_used_at: row.last_used_at,
    })
}

/// One for each app and purpose. Another way to the same app is told with that, unless it is connected itself.
fn apps(all: &Apps, connections: &[Connection]) -> Vec<view::App> {
    let each = all
        .all()
        .flat_map(|manifest| [Class::Read, Class::Write].map(|purpose| (manifest, purpose)));
    let shown = each.filter_map(|(manifest, purpose)| {
        Some((manifest, purpose, app(manifest, purpose, connections)?))
    });
    let (main, other): (Vec<_>, Vec<_>) = shown.partition(|(manifest, _, app)| {
        let of = manifest.operations_of.as_deref();
        app.connection.is_some() || of.and_then(|of| all.get(of)).is_none()
    });
    let others_of = |id: &str, purpose: Class| {
        let theirs = other.iter().filter(|(manifest, its, _)| {
            manifest.operations_of.as_deref() == Some(id) && *its == purpose
        });
        let ways = theirs.map(|(manifest, _, app)| view::OtherWay {
            key: app.key.clone(),
            name: manifest.name.clone(),
        });
        ways.collect()
    };
    main.into_iter()
        .map(|(manifest, purpose, app)| view::App {
            others: others_of(&manifest.id, purpose),
            ..app
        })
        .collect()
}

fn app(manifest: &Manifest, purpose: Class, connections: &[Connection]) -> Option<view::App> {
    let operations = manifest.operations_of(purpose).count() as u64;
    if !manifest.is_of_use(purpose) {
        return None;
    }
    let writes = purpose == Class::Write;
    // What the viewer can do most with; of those the newest. What they see to end it alone does not stand
    // in the way of one of their own.
    let theirs = connections
        .iter()
        .filter(|c| c.app == manifest.id && c.writes == writes)
        .filter(|c| c.state != ConnectionState::Disconnected && c.access != AssetAccess::None);
    let newest = theirs.max_by_key(|c| c.access);
    Some(view::App {
        key: AppKey {
            app: manifest.id.clone(),
            purpose,
        }
        .to_string(),
        name: named(&manifest.name, purpose),
        description: manifest.about.clone(),
        reads: if writes { 0 } else { operations },
        writes: if writes { operations } else { 0 },
        connection: newest.map(|connection| (connection.id, state_shown(connection.state))),
        others: Vec::new(),
    })
}

/// The state as pages show it.
pub(in crate::pages) const fn state_shown(state: ConnectionState) -> view::ConnectionState {
    match state {
        ConnectionState::Pending => view::ConnectionState::Pending,
        ConnectionState::Connected => view::ConnectionState::Connected,
        ConnectionState::Reconnect => view::ConnectionState::Reconnect,
        ConnectionState::Disconnected => view::ConnectionState::Disconnected,
    }
}
