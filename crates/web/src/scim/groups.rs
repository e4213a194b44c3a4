//! Groups: teams whose members the directory says.

mod change;
mod create;
mod list;
mod remove;
mod show;

pub(super) use change::{patch, replace};
pub(super) use create::create;
pub(super) use list::list;
pub(super) use remove::remove;
pub(super) use show::show;

use ::scim::{Group, Resource, ScimError};
use access::ProvisionedTeam;
use kernel::UserId;

use super::answer::{Shown, base};
use crate::AppState;

/// Of how many people one request changes whether they are in a team: each is a line of the audit log.
const MOST_CHANGED: usize = 2_000;

/// A team as the directory knows it.
fn shown(state: &AppState, team: &ProvisionedTeam) -> Shown {
    let own = known(team).to_value(&base(state));
    let id = team.id.to_string();
    let whole = (own, team.created_at, team.changed_at);
    Shown::of(state, Resource::Group, &id, whole)
}

fn known(team: &ProvisionedTeam) -> Group {
    Group {
        display_name: team.name.clone(),
        external_id: team.external_id.clone(),
        members: team.members.iter().map(UserId::to_string).collect(),
    }
}

/// Who is meant: an identifier that is none is nobody's.
fn people(members: &[String]) -> Result<Vec<UserId>, ScimError> {
    let parsed = members.iter().map(|id| id.parse());
    let parsed: Result<Vec<UserId>, _> = parsed.collect();
    parsed.map_err(|_| {
        ScimError::InvalidValue("a member is nobody whom this directory has provisioned".to_owned())
    })
}

/// Keeps one request within what it may change.
fn within(changed: usize) -> Result<(), ScimError> {
    if changed > MOST_CHANGED {
        let many = format!("more than {MOST_CHANGED} members come or go: send several requests");
        return Err(ScimError::InvalidValue(many));
    }
    Ok(())
}
