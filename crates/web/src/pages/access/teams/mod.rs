//! The pages of teams.

mod join;
mod leave;
mod list;
mod make;
mod release;
mod remove;
mod rename;
mod show;

pub(super) use join::join_team;
pub(super) use leave::leave_team;
pub(super) use list::list_teams;
pub(super) use make::make_team;
pub(super) use release::release_team;
pub(super) use remove::remove_team;
pub(super) use rename::rename_team;
pub(super) use show::show_team;

use kernel::TeamId;
use ui::access::TeamForm;

use crate::extract::Form;
use crate::pages::answer::field_errors;
use crate::problem::Problem;

const TEAMS: &str = "/teams";

fn path(id: TeamId) -> String {
    format!("{TEAMS}/{id}")
}

/// The form as it was sent, with what is wrong about it.
fn typed(form: &Form, problem: &Problem) -> TeamForm {
    TeamForm {
        name: form.get("name").trim().to_owned(),
        errors: field_errors(problem),
    }
}
