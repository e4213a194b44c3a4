use axum::response::Response;
use ui::Nav;
use ui::identity::Provisioning;

use crate::Can;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::{ApiKeysRead, PeopleProvision, Permit as _};
use crate::scim::BASE;

/// What an organisation's directory is given, and what it looks after. Whoever may give the permission to a key
/// sees it.
pub(super) async fn provisioning(mut can: Can<PeopleProvision>) -> Result<Response, Problem> {
    let page = can.page(Nav::Settings).await?;
    let members = identity::members(&mut can.tx).await?;
    let teams = access::teams(&mut can.tx).await?;
    let keys = if can.holds(ApiKeysRead::ACCESS) {
        access::service_keys(&mut can.tx).await?
    } else {
        Vec::new()
    };
    let name = access::catalogue::PEOPLE_PROVISION.name;
    let in_force = keys.into_iter().filter(|key| {
        key.revoked_at.is_none()
            && key.expires_at > page.now
            && key.scopes.iter().any(|scope| scope == name)
    });
    let view = Provisioning {
        base: can.state.link(BASE),
        keys: in_force.map(|key| key.name).collect(),
        members: members.iter().filter(|one| one.is_provisioned).count(),
        teams: teams.iter().filter(|team| team.is_provisioned).count(),
        page,
    };
    html(&view)
}
