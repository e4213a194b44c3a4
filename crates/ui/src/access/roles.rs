use askama::Template;
use kernel::RoleId;
use time::OffsetDateTime;

use super::ScopeChoice;
use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// The organisation's own roles, and the form that makes one.
#[derive(Debug, Clone, Template)]
#[template(path = "access/roles.html")]
pub struct Roles {
    /// What every page shares.
    pub page: Page,
    /// The highest level first.
    pub roles: Vec<RoleRow>,
    /// The form for another one.
    pub form: RoleForm,
}

/// One role, to change it.
#[derive(Debug, Clone, Template)]
#[template(path = "access/role.html")]
pub struct Role {
    /// What every page shares.
    pub page: Page,
    /// As it is.
    pub role: RoleRow,
    /// What it may become; nothing where it has more than the viewer holds.
    pub form: Option<RoleForm>,
}

/// A role in one line.
#[derive(Debug, Clone)]
pub struct RoleRow {
    /// Its identifier.
    pub id: RoleId,
    /// What people call it.
    pub name: String,
    /// Who may change its holders: 80 to 20.
    pub level: i32,
    /// What its holders may do.
    pub permissions: Vec<String>,
    /// Who has it, by name.
    pub holders: Vec<String>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// What a role is asked to be.
#[derive(Debug, Clone)]
pub struct RoleForm {
    /// Name, as typed.
    pub name: String,
    /// Levels that may be given.
    pub levels: Vec<LevelChoice>,
    /// Permissions that may be given.
    pub permissions: Vec<ScopeChoice>,
    /// What is wrong, by field: `name`, `level`, `permissions`.
    pub errors: FieldErrors,
}

/// A level to choose.
#[derive(Debug, Clone)]
pub struct LevelChoice {
    /// 80 to 20.
    pub level: i32,
    /// What it is called.
    pub name: String,
    /// Whether it is the present one.
    pub chosen: bool,
}

impl RoleRow {
    fn remove_path(&self) -> String {
        format!("/roles/{}/remove", self.id)
    }

    fn path(&self) -> String {
        format!("/roles/{}", self.id)
    }
}
