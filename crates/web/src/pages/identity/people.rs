use axum::response::Response;
use kernel::UserId;
use ui::Nav;
use ui::identity::{Member, People};

use crate::Can;
use crate::extract::role_in_words;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::PeopleRead;

/// The members of the organisation, in the order of joining.
pub(super) async fn list_people(mut can: Can<PeopleRead>) -> Result<Response, Problem> {
    let page = can.page(Nav::People).await?;
    let members = identity::members(&mut can.tx).await?;
    let own = can.principal.user;
    let view = People {
        page,
        members: members
            .into_iter()
            .map(|member| shown(member, own))
            .collect(),
    };
    html(&view)
}

fn shown(member: identity::Member, own: UserId) -> Member {
    Member {
        name: member.name,
        email: member.email,
        role: role_in_words(&member.role),
        // 20 to 100.
        level: u8::try_from(member.level).unwrap_or(0),
        joined_at: member.joined_at,
        is_viewer: member.user == own,
    }
}
