use ui::Nav;
use ui::access::{LevelChoice, Role, RoleForm, RoleRow, Roles, ScopeChoice};
use ui::component::FieldErrors;

use super::{Ink, Rendered, days_ago, id, page, shot};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let auditor = row(ink, 1, "Auditor", 20, &["audit.read", "people.read"]);
    let view = Roles {
        page: page(ink, Some(Nav::Roles)),
        roles: vec![
            RoleRow {
                holders: Vec::new(),
                ..row(ink, 2, "Steward", 60, &["people.invite", "roles.manage"])
            },
            auditor.clone(),
        ],
        form: form(ink, "", FieldErrors::default()),
    };
    let empty = Roles {
        roles: Vec::new(),
        ..view.clone()
    };
    let taken = FieldErrors::default()
        .with("name", ink.t("Another role has that name."))
        .with("permissions", ink.t("Choose at least one permission."));
    let refused = Roles {
        form: form(ink, "Auditor", taken),
        ..view.clone()
    };
    let one = Role {
        page: page(ink, Some(Nav::Roles)),
        role: auditor,
        form: Some(form(ink, "Auditor", FieldErrors::default())),
    };
    let above = Role {
        form: None,
        ..one.clone()
    };
    vec![
        shot("roles", &view),
        shot("roles-empty", &empty),
        shot("roles-refused", &refused),
        shot("role", &one),
        shot("role-above", &above),
    ]
}

fn row(ink: &Ink, number: u128, name: &str, level: i32, permissions: &[&str]) -> RoleRow {
    RoleRow {
        id: id(number),
        name: ink.t(name),
        level,
        permissions: ink.all(permissions),
        holders: vec![ink.t("Example Member"), ink.t("Example Auditor")],
        made_by: ink.t("Example Owner"),
        created_at: days_ago(12),
    }
}

fn form(ink: &Ink, name: &str, errors: FieldErrors) -> RoleForm {
    let level = |level, name: &str| LevelChoice {
        level,
        name: ink.t(name),
        chosen: level == 20,
    };
    let choice = |value: &str, text: &str, chosen| ScopeChoice {
        value: ink.t(value),
        text: ink.t(text),
        chosen,
    };
    RoleForm {
        name: ink.t(name),
        levels: vec![level(60, "Manager"), level(20, "Viewer")],
        permissions: vec![
            choice("audit.read", "Read the organisation's audit log.", true),
            choice("people.read", "See who is in the organisation.", false),
        ],
        errors,
    }
}
