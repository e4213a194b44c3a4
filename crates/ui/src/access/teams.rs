use askama::Template;
use kernel::{AssetAccess, ConnectionId, TeamId, UserId};
use time::OffsetDateTime;

use crate::Page;
use crate::component::{FieldErrors, Tone};
use crate::filters;

/// The organisation's teams, and the form that makes one.
#[derive(Debug, Clone, Template)]
#[template(path = "access/teams.html")]
pub struct Teams {
    /// What every page shares.
    pub page: Page,
    /// By name.
    pub teams: Vec<TeamRow>,
    /// The form for another one.
    pub form: TeamForm,
}

/// One team: who is in it, and what it was given.
#[derive(Debug, Clone, Template)]
#[template(path = "access/team.html")]
pub struct Team {
    /// What every page shares.
    pub page: Page,
    /// Its identifier.
    pub id: TeamId,
    /// What people call it.
    pub name: String,
    /// In the order of joining.
    pub members: Vec<TeamMember>,
    /// Who could join.
    pub others: Vec<TeamChoice>,
    /// What it was given, as far as the viewer may see it.
    pub given: Vec<TeamAsset>,
    /// Whether a directory says who is in it, and people do not.
    pub is_provisioned: bool,
    /// Whether the person who looks has shown lately who they are.
    pub is_recent: bool,
    /// The form that renames it.
    pub form: TeamForm,
}

/// A team in one line.
#[derive(Debug, Clone)]
pub struct TeamRow {
    /// Its identifier.
    pub id: TeamId,
    /// What people call it.
    pub name: String,
    /// Who is in it, by name.
    pub members: Vec<String>,
    /// Whether a directory says who is in it.
    pub is_provisioned: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// Somebody who is in a team.
#[derive(Debug, Clone)]
pub struct TeamMember {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Since when.
    pub joined_at: OffsetDateTime,
}

/// Somebody who could join.
#[derive(Debug, Clone)]
pub struct TeamChoice {
    /// The person.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// A connection that a team was given.
#[derive(Debug, Clone)]
pub struct TeamAsset {
    /// The connection.
    pub id: ConnectionId,
    /// Its name.
    pub name: String,
    /// View or edit.
    pub access: AssetAccess,
}

/// A team's name, to be.
#[derive(Debug, Clone, Default)]
pub struct TeamForm {
    /// As typed.
    pub name: String,
    /// What is wrong, by field: `name`.
    pub errors: FieldErrors,
}

impl TeamForm {
    fn name(&self) -> &str {
        &self.name
    }
}

impl TeamRow {
    fn path(&self) -> String {
        format!("/teams/{}", self.id)
    }
}

impl Team {
    fn path(&self) -> String {
        format!("/teams/{}", self.id)
    }

    fn remove_path(&self) -> String {
        format!("/teams/{}/remove", self.id)
    }
}
