use axum::response::Response;
use identity::{InvitationRow, Principal, Role, Standing};
use ui::Nav;
use ui::component::FieldErrors;
use ui::identity::{Inviting, Member, OpenInvitation, People, StandingChoice};

use super::forgot_password::sends_mail;
use crate::Can;
use crate::extract::role_in_words;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::{PeopleInvite, PeopleManage, PeopleRead, Permit as _};

/// What was typed into the form that invites, and what is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) email: String,
    pub(super) standing: String,
    pub(super) errors: FieldErrors,
}

/// The members of the organisation, in the order of joining.
pub(super) async fn list_people(mut can: Can<PeopleRead>) -> Result<Response, Problem> {
    let view = page(&mut can, Typed::default()).await?;
    html(&view)
}

/// The page, for whoever may see it: what they may change follows from what they hold.
pub(super) async fn page<P>(can: &mut Can<P>, typed: Typed) -> Result<People, Problem> {
    let page = can.page(Nav::People).await?;
    let members = identity::members(&mut can.tx).await?;
    let manages = can.holds(PeopleManage::ACCESS);
    let inviting = if can.holds(PeopleInvite::ACCESS) {
        let open = identity::invitations(&mut can.tx).await?;
        Some(inviting(can, open, typed))
    } else {
        None
    };
    let members = members.into_iter();
    Ok(People {
        page,
        members: members.map(|member| shown(can, member, manages)).collect(),
        inviting,
    })
}

fn shown<P>(can: &Can<P>, member: identity::Member, manages: bool) -> Member {
    let own_level = can.principal.level;
    let standings = if manages && member.level <= own_level {
        choices(&can.principal, &format!("{}-{}", member.role, member.level))
    } else {
        Vec::new()
    };
    Member {
        id: member.user,
        name: member.name,
        email: member.email,
        is_verified: member.is_verified,
        role: role_in_words(&member.role),
        // 20 to 100.
        level: u8::try_from(member.level).unwrap_or(0),
        joined_at: member.joined_at,
        is_viewer: member.user == can.principal.user,
        standings,
    }
}

fn inviting<P>(can: &Can<P>, open: Vec<InvitationRow>, typed: Typed) -> Inviting {
    let chosen = if typed.standing.is_empty() {
        "PARTICIPANT-40"
    } else {
        &typed.standing
    };
    let open = open.into_iter().map(|row| OpenInvitation {
        id: row.id,
        email: row.email,
        standing: Standing::new(&row.role, row.level).map_or(row.role, in_words),
        invited_by: row.invited_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
    });
    Inviting {
        open: open.collect(),
        standings: choices(&can.principal, chosen),
        email: typed.email,
        errors: typed.errors,
        sends_mail: sends_mail(&can.state),
    }
}

/// What somebody may give: no more than they hold. The database decides again.
fn choices(giver: &Principal, chosen: &str) -> Vec<StandingChoice> {
    let holds_all = |standing: &Standing| {
        let mut given = access::catalogue::of_standing(standing.role().as_str(), standing.level());
        given.all(|permission| giver.can(permission.name))
    };
    Standing::all()
        .filter(|standing| standing.level() <= giver.level && holds_all(standing))
        .map(|standing| StandingChoice {
            value: standing.to_string(),
            text: in_words(standing),
            chosen: standing.to_string() == chosen,
        })
        .collect()
}

/// The role, and the name that its level has (AC-03), where the role has several.
fn in_words(standing: Standing) -> String {
    let role = role_in_words(standing.role().as_str());
    let level = match standing.level() {
        60 => "manager",
        40 => "user",
        30 => "learner",
        _ => "viewer",
    };
    match standing.role() {
        Role::Owner | Role::Admin | Role::Reviewer => role,
        Role::Participant => format!("{role}, {level}"),
    }
}
