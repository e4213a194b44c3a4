use axum::response::Response;
use kernel::{SessionId, client_in_words};
use ui::identity::{SessionRow, Sessions};

use crate::extract::Account;
use crate::pages::answer::html;
use crate::problem::Problem;

/// Where the person who asks is signed in, this session first.
pub(super) async fn list_sessions(mut account: Account) -> Result<Response, Problem> {
    let page = account.page().await?;
    let rows = identity::sessions(&mut account.tx).await?;
    let is_everywhere = identity::is_own_session(&mut account.tx).await?;
    let own = account.who.session;
    let mut sessions: Vec<SessionRow> = rows.into_iter().map(|row| shown(row, own)).collect();
    // Stable: the others stay newest first.
    sessions.sort_by_key(|session| !session.is_current);
    html(&Sessions {
        page,
        sessions,
        is_everywhere,
    })
}

fn shown(row: identity::SessionRow, own: SessionId) -> SessionRow {
    SessionRow {
        id: row.id,
        client: client_in_words(&row.client),
        ip: row.address,
        signed_in_at: row.created_at,
        expires_at: row.expires_at,
        organisation: row.organisation.map(|(_, name)| name).unwrap_or_default(),
        is_current: row.id == own,
    }
}
