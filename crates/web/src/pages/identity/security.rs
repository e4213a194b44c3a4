use axum::response::Response;
use ui::identity::{Elsewhere, LinkedIdentity, OwnProvider, PasskeyRow, Security};

use super::issuer::choices;

use crate::extract::Account;
use crate::pages::answer::html;
use crate::problem::Problem;
use kernel::client_in_words;

/// The ways in of the person who asks.
pub(super) async fn security(mut account: Account) -> Result<Response, Problem> {
    let page = account.page().await?;
    let factors = identity::second_factors(&mut account.tx).await?;
    let passkeys = identity::passkeys(&mut account.tx).await?;
    let has_password = identity::has_password(&mut account.tx).await?;
    let linked = identity::identities(&mut account.tx).await?;
    let mut free = account.state.issuers.clone();
    free.retain(|face| linked.iter().all(|row| row.issuer != face.issuer));
    let identities = linked.into_iter().map(|row| LinkedIdentity {
        id: row.id,
        issuer: account.state.issuer_name(&row.issuer).to_owned(),
        label: row.label,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    });
    let provider = identity::linked_provider(&mut account.tx).await?;
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
        email: account.who.email.clone(),
        passkeys: passkeys.into_iter().map(shown).collect(),
        can_passkey: account.state.can_passkey(),
        new_name: client_in_words(&account.context.agent),
        authenticator_since: factors.authenticator_since,
        codes_left: factors.codes_left,
        is_required: factors.is_required,
        is_recent: account.who.is_recent,
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
