use axum::response::Response;
use ui::identity::{Elsewhere, LinkedIdentity, OwnProvider, PasskeyRow, Security};

use super::issuer::choices;

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
    let has_password = identity::has_password(&mut can.tx).await?;
    let linked = identity::identities(&mut can.tx).await?;
    let mut free = can.state.issuers.clone();
    free.retain(|face| linked.iter().all(|row| row.issuer != face.issuer));
    let identities = linked.into_iter().map(|row| LinkedIdentity {
        id: row.id,
        issuer: can.state.issuer_name(&row.issuer).to_owned(),
        label: row.label,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    });
    let provider = identity::linked_provider(&mut can.tx).await?;
    html(&Security {
        provider: provider.map(|row| OwnProvider {
            id: row.id,
            name: row.name,
            identity: row.identity.map(|it| (it.id, it.label, it.created_at)),
            is_own_session: row.is_own_session,
        }),
        elsewhere: Elsewhere {
            identities: identities.collect(),
            issuers: choices(&free),
            has_password,
        },
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
