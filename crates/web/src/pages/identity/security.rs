use axum::response::Response;
use ui::identity::{PasskeyRow, Security};

use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::Person;
use kernel::client_in_words;

/// The ways in of the person who asks.
pub(super) async fn security(mut can: Can<Person>) -> Result<Response, Problem> {
    let page = can.page(None).await?;
    let factors = identity::second_factors(&mut can.tx).await?;
    let passkeys = identity::passkeys(&mut can.tx).await?;
    html(&Security {
        page,
        email: can.principal.email.clone(),
        passkeys: passkeys.into_iter().map(shown).collect(),
        can_passkey: can.state.can_passkey(),
        new_name: client_in_words(&can.context.agent),
        authenticator_since: factors.authenticator_since,
        codes_left: factors.codes_left,
        is_required: factors.is_required,
        is_recent: can.principal.is_recent,
    })
}

fn shown(row: identity::PasskeyRow) -> PasskeyRow {
    PasskeyRow {
        id: row.id,
        name: row.name,
        is_synced: row.is_synced,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        doubted_at: row.doubted_at,
    }
}
