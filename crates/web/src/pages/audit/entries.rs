use audit::Filter;
use axum::response::Response;
use kernel::{AuditEntryId, PageSize};
use serde::Deserialize;
use ui::Nav;
use ui::audit::{AuditLog, Entry};
use ui::component::Pages;

use super::checkpoint;
use crate::Can;
use crate::extract::Query;
use crate::pages::answer::html;
use crate::pages::details::details;
use crate::problem::{Problem, kind};
use crate::route::permission::AuditRead;

/// Which entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those whose action starts with this; all where it is empty, as the form sends it.
    #[serde(default)]
    action: String,
    /// Only those before this one.
    before: Option<String>,
}

/// What the filter offers: each room's entries. An action is `room.event`, and the filter takes the
/// beginning of one, so that a link may ask for a single event as well.
const ROOMS: [&str; 7] = [
    "access.",
    "approvals.",
    "connectors.",
    "identity.",
    "insight.",
    "oauth.",
    "trust.",
];

/// The organisation's audit log, newest first.
pub(super) async fn list_entries(
    mut can: Can<AuditRead>,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let before = which.before.as_deref().map(str::parse::<AuditEntryId>);
    let before = before
        .transpose()
        .map_err(|_| Problem::new(kind::BAD_QUERY))?;
    let action = which.action;
    let filter = Filter {
        action: Some(action.clone()).filter(|action| !action.is_empty()),
        subject: None,
        before,
    };
    let size = PageSize::default();
    let page = can.page(Nav::Audit).await?;
    let head = audit::head(&mut can.tx).await?;
    let rows = audit::entries(&mut can.tx, &filter, size).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == size.rows());
    let pages = Pages {
        // Cursors lead one way: newer is where the list begins.
        newer: before.map(|_| address(&action, None)),
        older: rows
            .last()
            .filter(|_| is_full)
            .map(|last| address(&action, Some(last.id))),
    };
    let pending = rows.iter().filter(|row| row.leaf_index.is_none()).count();
    let view = AuditLog {
        page,
        entries: rows.into_iter().map(shown).collect(),
        actions: options(&action),
        action,
        checkpoint: head.as_ref().map(checkpoint::shown),
        // The newest are the ones that wait: beyond a page of them the sequencer has stopped.
        pending: u64::try_from(pending).unwrap_or(u64::MAX),
        pages,
    };
    html(&view)
}

/// The rooms, and the chosen beginning where it is none of them.
fn options(chosen: &str) -> Vec<String> {
    let mut options: Vec<String> = ROOMS.map(str::to_owned).into();
    if !chosen.is_empty() && !ROOMS.contains(&chosen) {
        options.push(chosen.to_owned());
    }
    options
}

/// Path and query of a page of the log.
fn address(action: &str, before: Option<AuditEntryId>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !action.is_empty() {
        query.append_pair("action", action);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() {
        "/audit".to_owned()
    } else {
        format!("/audit?{query}")
    }
}

fn shown(entry: audit::Entry) -> Entry {
    Entry {
        id: entry.id,
        index: entry.leaf_index.and_then(|index| u64::try_from(index).ok()),
        at: entry.at,
        actor: actor(&entry.actor_kind, entry.person),
        action: entry.action,
        subject: entry.subject.unwrap_or_default(),
        details: details(entry.details),
    }
}

/// Who did it, in words.
fn actor(kind: &str, person: Option<String>) -> String {
    match (kind, person) {
        ("session", Some(person)) => person,
        ("api_key", Some(person)) => format!("{person}, with an API key"),
        ("service_key", _) => "A service key".to_owned(),
        ("operator", _) => "Whoever runs this server".to_owned(),
        ("access_token", Some(person)) => format!("{person}, with an AI client"),
        ("job", Some(person)) => format!("Background work for {person}"),
        ("job", None) => "Background work".to_owned(),
        ("system", _) => "The server".to_owned(),
        ("anonymous", _) => "Nobody signed in".to_owned(),
        (kind, Some(person)) => format!("{person} ({kind})"),
        (kind, None) => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_older_entries_keeps_the_filter() {
        let id = AuditEntryId::from(uuid::Uuid::nil());
        assert_eq!(address("", None), "/audit");
        assert_eq!(
            address("a&b", Some(id)),
            format!("/audit?action=a%26b&before={id}")
        );
    }

    #[test]
    fn the_filter_shows_what_was_chosen_even_where_it_is_no_room() {
        assert_eq!(options("approvals."), ROOMS);
        assert!(options("approvals.revoked").contains(&"approvals.revoked".to_owned()));
    }

    #[test]
    fn what_a_program_did_is_not_shown_as_done_by_its_person() {
        let ada = || Some("Ada".to_owned());
        assert_eq!(actor("session", ada()), "Ada");
        assert_eq!(actor("api_key", ada()), "Ada, with an API key");
    }
}
