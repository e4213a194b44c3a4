use axum::response::Response;
use connectors::{Connection, ConnectionState};
use kernel::{AssetAccess, PageSize};
use manifest::{Apps, Class, Manifest};
use ui::Nav;
use ui::connectors as view;

use super::app_key::AppKey;
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

/// One for each app, with what it can be connected for. Another way to the same app is told with that, unless it is
/// connected itself.
fn apps(all: &Apps, connections: &[Connection]) -> Vec<view::App> {
    let each = all
        .all()
        .map(|manifest| (manifest, uses(manifest, connections)));
    let (main, other): (Vec<_>, Vec<_>) = each.partition(|(manifest, uses)| {
        let of = manifest.operations_of.as_deref();
        of.and_then(|of| all.get(of)).is_none() || uses.iter().any(|one| one.connection.is_some())
    });
    let others_of = |id: &str, writes: bool| {
        let theirs = other
            .iter()
            .filter(|(manifest, _)| manifest.operations_of.as_deref() == Some(id));
        let ways = theirs.flat_map(|(manifest, uses)| uses.iter().map(move |one| (manifest, one)));
        ways.filter(|(_, one)| one.writes == writes)
            .map(|(manifest, one)| view::OtherWay {
                key: one.key.clone(),
                name: manifest.name.clone(),
            })
            .collect()
    };
    main.into_iter()
        .map(|(manifest, mut uses)| {
            for one in &mut uses {
                one.others = others_of(&manifest.id, one.writes);
            }
            view::App {
                name: manifest.name.clone(),
                description: manifest.about.clone(),
                uses,
            }
        })
        .collect()
}

fn uses(manifest: &Manifest, connections: &[Connection]) -> Vec<view::Use> {
    [Class::Read, Class::Write]
        .into_iter()
        .filter(|purpose| manifest.is_of_use(*purpose))
        .map(|purpose| {
            let writes = purpose == Class::Write;
            // What the viewer can do most with; of those the newest. What they see to end it alone does not stand
            // in the way of one of their own.
            let theirs = connections
                .iter()
                .filter(|c| c.app == manifest.id && c.writes == writes)
                .filter(|c| {
                    c.state != ConnectionState::Disconnected && c.access != AssetAccess::None
                });
            let newest = theirs.max_by_key(|c| c.access);
            let key = AppKey {
                app: manifest.id.clone(),
                purpose,
            };
            view::Use {
                key: key.to_string(),
                writes,
                operations: manifest.operations_of(purpose).count() as u64,
                connection: newest.map(|one| (one.id, state_shown(one.state))),
                others: Vec::new(),
            }
        })
        .collect()
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
