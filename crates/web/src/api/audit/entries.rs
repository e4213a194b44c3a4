use audit::Filter;
use axum::Json;
use kernel::AuditEntryId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::api::page_size;
use crate::extract::{Query, Reads};
use crate::problem::{Problem, kind};
use crate::route::permission::AuditRead;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Only those whose action starts with this, such as `approvals.`
    action: Option<String>,
    /// Only those about this identifier.
    subject: Option<String>,
    /// Only those before this one: `next` of the page before.
    before: Option<String>,
    /// 1 to 200, 50 unless told.
    limit: Option<u16>,
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entries {
    /// Newest first.
    entries: Vec<Entry>,
    /// `before` of the next page, where there may be one.
    next: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    /// Its identifier.
    #[schema(example = "aud_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    id: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// `anonymous`, `session`, `half_session`, `api_key`, `service_key`, `access_token`, `job` or `system`.
    actor_kind: String,
    /// The person behind it, where there is one.
    person: Option<String>,
    /// `room.event`
    #[schema(example = "approvals.approved")]
    action: String,
    /// What it is about.
    subject: Option<String>,
    /// Identifiers, counts, states and digests.
    #[schema(value_type = Object)]
    details: Value,
    /// Its place in the signed tree; nothing until it is sequenced, about a second later.
    leaf_index: Option<i64>,
}

/// The organisation's audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit/entries", tag = "audit", params(Which), responses(
    (status = 200, description = "A page of it.", body = Entries),
))]
pub(super) async fn list_entries(
    mut can: Reads<AuditRead>,
    Query(which): Query<Which>,
) -> Result<Json<Entries>, Problem> {
    let page = page_size(which.limit)?;
    let before = which
        .before
        .map(|id| id.parse::<AuditEntryId>())
        .transpose();
    let before = before.map_err(|_| Problem::new(kind::BAD_QUERY))?;
    let filter = Filter {
        action: which.action,
        subject: which.subject,
        before,
    };
    let rows = audit::entries(&mut can.tx, &filter, page).await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == page.rows());
    let next = rows
        .last()
        .filter(|_| is_full)
        .map(|entry| entry.id.to_string());
    let entries = rows.into_iter().map(Entry::from).collect();
    Ok(Json(Entries { entries, next }))
}

impl From<audit::Entry> for Entry {
    fn from(entry: audit::Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            at: entry.at,
            actor_kind: entry.actor_kind,
            person: entry.person,
            action: entry.action,
            subject: entry.subject,
            details: entry.details,
            leaf_index: entry.leaf_index,
        }
    }
}
