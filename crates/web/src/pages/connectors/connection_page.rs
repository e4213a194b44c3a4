use connectors::{CallRow, Connection, ConnectionState};
use manifest::{Class, Manifest, Operation, PasteRule, RevokeRule};
use ui::component::Pages;
use ui::connectors as view;

use super::app_key::AppKey;
use super::catalogue::state_shown;

/// The page of a connection. Without a manifest the app was taken from this server.
pub(super) fn view(
    page: ui::Page,
    manifest: Option<&Manifest>,
    (row, (calls, pages)): (Connection, (Vec<CallRow>, Pages)),
    (scans, sharing, receipt): (view::Scans, view::Sharing, Option<view::Receipt>),
) -> view::Connection {
    let purpose = if row.writes {
        Class::Write
    } else {
        Class::Read
    };
    let operations: Vec<&Operation> = manifest
        .map(|manifest| manifest.operations_of(purpose).collect())
        .unwrap_or_default();
    let paste = manifest.and_then(|manifest| manifest.auth.paste());
    let host = row.instance.clone().or_else(|| {
        operations
            .iter()
            .find_map(|one| one.fixed_host().map(|host| format!("https://{host}")))
    });
    view::Connection {
        page,
        id: row.id,
        app: manifest.map_or(&row.app, |manifest| &manifest.name).clone(),
        name: row.name.clone(),
        app_key: AppKey {
            app: row.app.clone(),
            purpose,
        }
        .to_string(),
        host: host.unwrap_or_default(),
        state: state_shown(row.state),
        state_reason: reason(&row, manifest),
        connected_by: row.connected_by.clone(),
        connected_at: row.connected_at.unwrap_or(row.created_at),
        last_used_at: row.last_used_at,
        is_raised: row.raised_at.is_some(),
        pasted: paste.map(|rule| rule.label.clone()),
        credential_ends_at: row.credential_ends_at,
        beyond: beyond(&row, paste),
        ends: manifest.and_then(|manifest| match &manifest.auth.revoke {
            RevokeRule::Absent { advice } => Some(advice.clone()),
            RevokeRule::Request(_) => None,
        }),
        remains: manifest.map_or_else(String::new, remains),
        scopes: scopes(&row),
        calls: calls
            .into_iter()
            .map(|one| call(one, &operations))
            .collect(),
        operations: operations.into_iter().map(operation).collect(),
        scans,
        sharing,
        receipt,
        pages,
    }
}

/// What to tell the person whose pasted credential has scopes: none was asked for.
fn beyond(row: &Connection, paste: Option<&PasteRule>) -> String {
    let told = paste.and_then(|rule| rule.told.as_ref());
    let has_some = !row.granted_beyond().is_empty();
    told.filter(|_| has_some).map_or_else(String::new, |rule| {
        let otherwise = "Paste one that has none in its place.";
        rule.beyond.as_deref().unwrap_or(otherwise).to_owned()
    })
}

/// What a person has to do at the app beside what it is told.
fn remains(manifest: &Manifest) -> String {
    match &manifest.auth.revoke {
        RevokeRule::Request(request) => request.remains.clone().unwrap_or_default(),
        RevokeRule::Absent { .. } => String::new(),
    }
}

fn reason(row: &Connection, manifest: Option<&Manifest>) -> String {
    let app = manifest.map_or(&row.app, |manifest| &manifest.name);
    let paste = manifest.and_then(|manifest| manifest.auth.paste());
    match (row.state, paste) {
        (ConnectionState::Reconnect, Some(rule)) => format!(
            "{app} does not accept the {} any more: it was revoked there, or has expired. Reconnect with another one to go on; until then nothing is scanned or sent.",
            rule.label
        ),
        (ConnectionState::Pending, Some(_)) => {
            "Nothing was accepted by the app yet. Connect it again to go on.".to_owned()
        }
        (ConnectionState::Reconnect, None) => {
            let why = match row.state_reason.as_deref() {
                Some("connectors.grant_ended") => {
                    "says that the access is over: somebody took it back there, it lay unused for too long, or a password changed"
                }
                Some("connectors.refresh_lost") => {
                    "gave new tokens in an answer that was lost on the way, and does not accept the old ones any more"
                }
                Some("connectors.key_refused") => {
                    "does not accept the key of the app any more: it was deleted there, or is another app's"
                }
                Some("connectors.installation_suspended") => {
                    "says that the installation of the app is suspended: lift that there"
                }
                Some("connectors.installation_gone") => {
                    "says that the app is not installed there any more"
                }
                Some("connectors.permissions_missing") => {
                    "gives the installation fewer permissions than are needed: somebody took one back, or has not accepted it yet"
                }
                _ => "does not accept the token any more, and gives no other for it",
            };
            format!("{app} {why}. Reconnect it to go on; until then nothing is scanned or sent.")
        }
        (ConnectionState::Pending, None) => {
            "The app has not given its consent yet. Connect it again to go on.".to_owned()
        }
        (ConnectionState::Connected | ConnectionState::Disconnected, _) => String::new(),
    }
}

/// Asked and granted side by side. Where the provider did not say what it granted, it granted what
/// was asked (RFC 6749 5.1).
fn scopes(row: &Connection) -> Vec<view::ScopeRow> {
    let granted = row.scopes_granted.as_ref().unwrap_or(&row.scopes_requested);
    let nothing_yet = row.state == ConnectionState::Pending;
    let mut all: Vec<&String> = row.scopes_requested.iter().chain(granted).collect();
    all.sort();
    all.dedup();
    all.into_iter()
        .map(|scope| view::ScopeRow {
            scope: scope.clone(),
            requested: row.scopes_requested.contains(scope),
            granted: granted.contains(scope) && !nothing_yet,
        })
        .collect()
}

fn operation(operation: &Operation) -> view::Operation {
    view::Operation {
        name: operation.title.clone(),
        access: match operation.class {
            Class::Read => view::Access::Read,
            Class::Write => view::Access::Write,
        },
        method: operation.method.as_str().to_owned(),
        path: operation.path_shown(),
    }
}

fn call(row: CallRow, operations: &[&Operation]) -> view::Call {
    let known = operations
        .iter()
        .find(|operation| operation.id == row.operation);
    let outcome = match (
        row.status.and_then(|status| u16::try_from(status).ok()),
        row.error_code,
    ) {
        (Some(status), _) => view::CallOutcome::Answered(status),
        (None, Some(code)) if code.starts_with("egress.refused") => {
            view::CallOutcome::Refused(code)
        }
        (None, code) => view::CallOutcome::Failed(code.unwrap_or_default()),
    };
    view::Call {
        at: row.at,
        operation: known.map_or(row.operation, |operation| operation.title.clone()),
        outcome,
        duration_ms: u64::try_from(row.duration_ms).unwrap_or(0),
        size_bytes: u64::try_from(row.answer_bytes).unwrap_or(0),
        by: match row.actor_kind.as_str() {
            "session" => "a person",
            "api_key" => "an API key",
            "access_token" => "an AI client",
            _ => "background work",
        }
        .to_owned(),
        approval: row.proposal,
    }
}
