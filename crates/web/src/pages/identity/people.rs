use axum::response::Response;
use identity::{InvitationRow, Principal, Role, Standing};
use ui::Nav;
use ui::component::FieldErrors;
use ui::identity::{Inviting, Member, OpenInvitation, People, StandingChoice, SuspendedMember};

use crate::Can;
use crate::extract::{role_in_words, role_shown};
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
    let roles = access::roles(&mut can.tx).await?;
    let offer = choices(&can.principal, &roles);
    let inviting = if can.holds(PeopleInvite::ACCESS) {
        let open = identity::invitations(&mut can.tx).await?;
        Some(inviting(can, &offer, open, typed))
    } else {
        None
    };
    let suspended = identity::suspended(&mut can.tx).await?;
    let members = members.into_iter();
    Ok(People {
        page,
        members: members
            .map(|member| {
                let offered = manages && is_within(&can.principal, &member, &roles);
                shown(&can.principal, member, offered.then_some(&offer))
            })
            .collect(),
        suspended: suspended
            .into_iter()
            .map(|one| SuspendedMember {
                id: one.user,
                name: one.name,
                since: one.since,
                may_be_removed: manages,
            })
            .collect(),
        inviting,
    })
}

/// Whether somebody holds whatever a member holds, and may decide about them. The database decides again.
fn is_within(viewer: &Principal, member: &identity::Member, roles: &[access::Role]) -> bool {
    let mut held: Box<dyn Iterator<Item = &str>> = match &member.custom_role {
        Some((id, _)) => {
            let role = roles.iter().find(|role| role.id == *id);
            Box::new(
                role.into_iter()
                    .flat_map(|role| role.permissions.iter().map(String::as_str)),
            )
        }
        None => Box::new(
            access::catalogue::of_standing(&member.role, member.level).map(|held| held.name),
        ),
    };
    member.level <= viewer.level && held.all(|name| viewer.can(name))
}

/// A member, with what they may be made: nothing for who may not.
fn shown(
    viewer: &Principal,
    member: identity::Member,
    offer: Option<&Vec<StandingChoice>>,
) -> Member {
    let custom = member.custom_role.as_ref();
    let role = role_shown(&member.role, custom.map(|(_, name)| name.as_str()));
    let present = custom.map_or_else(
        || format!("{}-{}", member.role, member.level),
        |(id, _)| id.to_string(),
    );
    Member {
        standings: offer.map_or_else(Vec::new, |offer| with_present(offer, &present, &role)),
        id: member.user,
        name: member.name,
        email: member.email,
        is_verified: member.is_verified,
        is_provisioned: member.is_provisioned,
        role,
        // 20 to 100.
        level: u8::try_from(member.level).unwrap_or(0),
        joined_at: member.joined_at,
        is_viewer: member.user == viewer.user,
    }
}

fn inviting<P>(
    can: &Can<P>,
    offer: &[StandingChoice],
    open: Vec<InvitationRow>,
    typed: Typed,
) -> Inviting {
    let chosen = if typed.standing.is_empty() {
        "PARTICIPANT-40"
    } else {
        &typed.standing
    };
    let standing = |role: String, level, custom: Option<String>| {
        custom.unwrap_or_else(|| Standing::new(&role, level).map_or(role, in_words))
    };
    let open = open.into_iter().map(|row| OpenInvitation {
        id: row.id,
        email: row.email,
        standing: standing(row.role, row.level, row.custom_role),
        invited_by: row.invited_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
    });
    Inviting {
        open: open.collect(),
        standings: with_chosen(offer, chosen),
        email: typed.email,
        errors: typed.errors,
        sends_mail: can.state.sends_mail(),
    }
}

/// What somebody may give: built-in roles and the organisation's own, of no more than they hold. The
/// database decides again.
fn choices(giver: &Principal, roles: &[access::Role]) -> Vec<StandingChoice> {
    let choice = |value, text| StandingChoice {
        value,
        text,
        chosen: false,
    };
    let built_in = Standing::all().filter(|standing| {
        let mut given = access::catalogue::of_standing(standing.role().as_str(), standing.level());
        standing.level() <= giver.level && given.all(|permission| giver.can(permission.name))
    });
    let own = roles.iter().filter(|role| {
        role.level <= giver.level && role.permissions.iter().all(|name| giver.can(name))
    });
    built_in
        .map(|standing| choice(standing.to_string(), in_words(standing)))
        .chain(own.map(|role| choice(role.id.to_string(), role.name.clone())))
        .collect()
}

fn with_chosen(offer: &[StandingChoice], chosen: &str) -> Vec<StandingChoice> {
    let mark = |choice: &StandingChoice| StandingChoice {
        chosen: choice.value == chosen,
        ..choice.clone()
    };
    offer.iter().map(mark).collect()
}

/// With what somebody is, even where it could not be given: a list that began with something else
/// would have it given by who only looks.
fn with_present(offer: &[StandingChoice], present: &str, text: &str) -> Vec<StandingChoice> {
    let mut choices = with_chosen(offer, present);
    if !choices.iter().any(|choice| choice.chosen) {
        choices.push(StandingChoice {
            value: present.to_owned(),
            text: text.to_owned(),
            chosen: true,
        });
    }
    choices
}

/// The role, and the name that its level has (AC-03), where the role has several.
fn in_words(standing: Standing) -> String {
    let role = role_in_words(standing.role().as_str());
    let level = access::catalogue::level_name(standing.level()).to_lowercase();
    match standing.role() {
        Role::Owner | Role::Admin | Role::Reviewer => role,
        Role::Participant => format!("{role}, {level}"),
    }
}
