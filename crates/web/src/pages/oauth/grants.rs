use axum::response::Response;
use kernel::client_in_words;
use ui::Nav;
use ui::format::visible;
use ui::oauth::{GrantRow, Grants};

use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::{GrantsManage, Permit as _, Person};

/// What the person let in, and whoever may look after it what everybody did.
pub(super) async fn list_grants(mut can: Can<Person>) -> Result<Response, Problem> {
    let page = can.page(Nav::Clients).await?;
    let rows = ::oauth::grants(&mut can.tx).await?;
    let limit = ::oauth::client_limit(&mut can.tx).await?;
    let me = can.principal.user;
    let (own, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.person == me);
    html(&Grants {
        page,
        own: own.into_iter().map(shown).collect(),
        others: others.into_iter().map(shown).collect(),
        manages: can.holds(GrantsManage::ACCESS),
        most: limit.most().map(<[_]>::to_vec),
        mcp_url: can.state.resources.mcp.clone(),
    })
}

fn shown(row: ::oauth::GrantRow) -> GrantRow {
    GrantRow {
        id: row.id,
        client: visible(&row.client_name),
        verified: row.client_verified,
        person: row.person_name,
        scopes: row.scopes,
        agent: visible(&client_in_words(&row.agent)),
        address: row.address,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        ends_at: row.ends_at,
    }
}
