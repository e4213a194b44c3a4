use access::{NewRole, NewRoleError, ROLE_LEVELS, catalogue};
use axum::response::Response;
use identity::Principal;
use kernel::RoleId;
use ui::Nav;
use ui::access::{LevelChoice, RoleForm, RoleRow, Roles, ScopeChoice};
use ui::component::FieldErrors;

use crate::Can;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, field_errors, html, is_about_form, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::RolesManage;

const ROLES: &str = "/roles";

/// The organisation's own roles, and the form that makes one.
pub(super) async fn list_roles(mut can: Can<RolesManage>) -> Result<Response, Problem> {
    let form = Typed::default().form(&can.principal);
    html(&page(&mut can, form).await?)
}

/// Makes a role.
pub(super) async fn make_role(
    recent: Recent<RolesManage>,
    form: Form,
) -> Result<Response, Problem> {
    let typed = Typed::read(&form);
    let caller = recent.0.release();
    let made = match typed.parse() {
        Ok(new) => access::make_role(&caller.state.db, &caller.scope, &new)
            .await
            .map_err(Problem::from),
        Err(wrong) => Err(wrong.into()),
    };
    match made {
        Ok(_) => Ok(done(&caller.state, ROLES, "The role is made.")),
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<RolesManage>().await?;
            let form = typed.refused(&problem).form(&can.principal);
            refused(&problem, &page(&mut can, form).await?)
        }
        Err(problem) => Err(problem),
    }
}

/// One role, to change it.
pub(super) async fn show_role(
    mut can: Can<RolesManage>,
    Id(id): Id<RoleId>,
) -> Result<Response, Problem> {
    html(&one(&mut can, id, None).await?)
}

/// Changes a role, for each holder from the next request on.
pub(super) async fn change_role(
    recent: Recent<RolesManage>,
    Id(id): Id<RoleId>,
    form: Form,
) -> Result<Response, Problem> {
    let typed = Typed::read(&form);
    let caller = recent.0.release();
    let changed = match typed.parse() {
        Ok(new) => access::change_role(caller.write().await?, id, &new)
            .await
            .map_err(Problem::from),
        Err(wrong) => Err(wrong.into()),
    };
    match changed {
        Ok(()) => Ok(done(
            &caller.state,
            ROLES,
            "The role is changed, for whoever has it from their next request on.",
        )),
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<RolesManage>().await?;
            let typed = typed.refused(&problem);
            refused(&problem, &one(&mut can, id, Some(typed)).await?)
        }
        Err(problem) => Err(problem),
    }
}

/// Removes a role.
pub(super) async fn remove_role(
    recent: Recent<RolesManage>,
    Id(id): Id<RoleId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let text = match access::remove_role(caller.write().await?, id).await? {
        0 => "The role is removed. Nobody had it.".to_owned(),
        1 => "The role is removed. The one person who had it looks around from now on.".to_owned(),
        holders => {
            format!("The role is removed. The {holders} who had it look around from now on.")
        }
    };
    Ok(done(&caller.state, ROLES, &text))
}

async fn page(can: &mut Can<RolesManage>, form: RoleForm) -> Result<Roles, Problem> {
    let page = can.page(Nav::Roles).await?;
    let roles = access::roles(&mut can.tx).await?;
    let roles = roles.into_iter().map(row).collect();
    Ok(Roles { page, roles, form })
}

async fn one(
    can: &mut Can<RolesManage>,
    id: RoleId,
    typed: Option<Typed>,
) -> Result<ui::access::Role, Problem> {
    let page = can.page(Nav::Roles).await?;
    let roles = access::roles(&mut can.tx).await?;
    let role = roles.into_iter().find(|role| role.id == id);
    let role = role.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let viewer = &can.principal;
    // The database decides again.
    let is_theirs = role.level <= viewer.level && role.permissions.iter().all(|p| viewer.can(p));
    let typed = typed.unwrap_or_else(|| Typed {
        name: role.name.clone(),
        level: role.level,
        permissions: role.permissions.clone(),
        errors: FieldErrors::default(),
    });
    Ok(ui::access::Role {
        page,
        role: row(role),
        form: is_theirs.then(|| typed.form(viewer)),
    })
}

fn row(role: access::Role) -> RoleRow {
    RoleRow {
        id: role.id,
        name: role.name,
        level: role.level,
        permissions: role.permissions,
        holders: role.holders.into_iter().map(|holder| holder.name).collect(),
        made_by: role.made_by,
        created_at: role.created_at,
    }
}

/// The form as it was sent.
#[derive(Debug)]
struct Typed {
    name: String,
    level: i32,
    permissions: Vec<String>,
    errors: FieldErrors,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            name: String::new(),
            level: 40,
            permissions: Vec::new(),
            errors: FieldErrors::default(),
        }
    }
}

impl Typed {
    fn read(form: &Form) -> Self {
        Self {
            name: form.get("name").trim().to_owned(),
            // What is no number is no level either: 0 is refused with the sentence about it.
            level: form.get("level").parse().unwrap_or(0),
            permissions: form.all("permissions"),
            errors: FieldErrors::default(),
        }
    }

    fn parse(&self) -> Result<NewRole, NewRoleError> {
        NewRole::parse(&self.name, self.level, &self.permissions)
    }

    /// With what is wrong about it.
    fn refused(self, problem: &Problem) -> Self {
        let errors = field_errors(problem);
        Self { errors, ..self }
    }

    /// Offers what the viewer holds, and nothing that would be refused.
    fn form(&self, viewer: &Principal) -> RoleForm {
        let levels = ROLE_LEVELS.into_iter();
        let levels = levels.filter(|level| *level <= viewer.level);
        let held = catalogue::ALL.iter().filter(|p| viewer.can(p.name));
        RoleForm {
            name: self.name.clone(),
            levels: levels
                .map(|level| LevelChoice {
                    level,
                    name: catalogue::level_name(level).to_owned(),
                    chosen: level == self.level,
                })
                .collect(),
            permissions: held
                .map(|permission| ScopeChoice {
                    value: permission.name.to_owned(),
                    text: permission.allows.to_owned(),
                    chosen: self.permissions.iter().any(|name| name == permission.name),
                })
                .collect(),
            errors: self.errors.clone(),
        }
    }
}
