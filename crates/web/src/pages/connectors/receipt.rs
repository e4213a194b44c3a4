use audit::Filter;
use connectors::Receipt;
use db::ReadTx;
use kernel::{AuditEntryId, ConnectionId, PageSize};
use manifest::{Manifest, RevokeRule};
use time::OffsetDateTime;
use ui::connectors as view;

use crate::problem::Problem;

/// The entry of the log that tells what was destroyed, once the signed tree has it; nothing for who may not read the
/// log.
pub(super) async fn entry(
    tx: &mut ReadTx,
    connection: ConnectionId,
) -> Result<Option<AuditEntryId>, Problem> {
    let filter = Filter {
        action: Some("connectors.tokens_destroyed".to_owned()),
        subject: Some(connection.to_string()),
        before: None,
    };
    let told = audit::entries(tx, &filter, PageSize::default()).await?;
    let told = told.into_iter().find(|entry| entry.leaf_index.is_some());
    Ok(told.map(|entry| entry.id))
}

/// What came of ending a connection. Without a manifest the app was taken from this server.
pub(super) fn view(
    row: Receipt,
    manifest: Option<&Manifest>,
    now: OffsetDateTime,
) -> view::Receipt {
    let advice = match manifest.map(|manifest| &manifest.auth.revoke) {
        Some(RevokeRule::Absent { advice }) => advice.clone(),
        Some(RevokeRule::Request(request)) => request.remains.clone().unwrap_or_default(),
        None => String::new(),
    };
    view::Receipt {
        connection: row.connection,
        name: row.name,
        app: manifest.map_or(row.app, |manifest| manifest.name.clone()),
        ended_at: row.ended_at,
        ended_by: row.ended_by,
        revocation: row.closed.map(|closed| closed.revocation),
        code: row.revocation_code.unwrap_or_default(),
        advice,
        tries: row.tries,
        next_try_at: row.next_try_at,
        secrets_destroyed: row.closed.map_or(0, |closed| closed.secrets_destroyed),
        proposals_revoked: row.proposals_revoked,
        entry: None,
        now,
    }
}
