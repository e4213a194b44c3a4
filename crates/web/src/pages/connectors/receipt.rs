use connectors::Receipt;
use manifest::{Manifest, RevokeRule};
use time::OffsetDateTime;
use ui::connectors as view;

/// What came of ending a connection. Without a manifest the app was taken from this server.
pub(super) fn view(
    row: Receipt,
    manifest: Option<&Manifest>,
    now: OffsetDateTime,
) -> view::Receipt {
    let advice = match manifest.map(|manifest| &manifest.auth.revoke) {
        Some(RevokeRule::Absent { advice }) => advice.clone(),
        _ => String::new(),
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
        now,
    }
}
