use kernel::AssetAccess;
use ui::Nav;
use ui::access::{Team, TeamAsset, TeamChoice, TeamForm, TeamMember, TeamRow, Teams};
use ui::component::FieldErrors;

use super::{Ink, Rendered, days_ago, id, page, shot, without};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let row = |number, name: &str, members: &[&str]| TeamRow {
        id: id(number),
        name: ink.t(name),
        members: ink.all(members),
        is_provisioned: number == 1,
        created_at: days_ago(12),
    };
    let view = Teams {
        page: page(ink, Some(Nav::Teams)),
        teams: vec![
            row(1, "Finance", &[]),
            row(2, "Support", &["Example Member", "Example Auditor"]),
        ],
        form: TeamForm::default(),
    };
    let empty = Teams {
        teams: Vec::new(),
        ..view.clone()
    };
    let refused = Teams {
        form: TeamForm {
            name: ink.t("Support"),
            errors: FieldErrors::default().with("name", ink.t("Another team has that name.")),
        },
        ..view.clone()
    };
    let looked_at = Teams {
        page: without(page(ink, Some(Nav::Teams)), "teams.manage"),
        ..view.clone()
    };
    let empty_looked_at = Teams {
        teams: Vec::new(),
        ..looked_at.clone()
    };
    let one = team(ink);
    let nobody = Team {
        members: Vec::new(),
        given: Vec::new(),
        ..one.clone()
    };
    let seen = Team {
        page: without(one.page.clone(), "teams.manage"),
        ..one.clone()
    };
    let nobody_seen = Team {
        members: Vec::new(),
        ..seen.clone()
    };
    let provisioned = Team {
        is_provisioned: true,
        ..one.clone()
    };
    let stale = Team {
        is_provisioned: true,
        is_recent: false,
        members: Vec::new(),
        ..one.clone()
    };
    vec![
        shot("team-provisioned", &provisioned),
        shot("team-provisioned-stale", &stale),
        shot("teams", &view),
        shot("teams-empty", &empty),
        shot("teams-refused", &refused),
        shot("teams-looked-at", &looked_at),
        shot("teams-empty-looked-at", &empty_looked_at),
        shot("team", &one),
        shot("team-empty", &nobody),
        shot("team-looked-at", &seen),
        shot("team-empty-looked-at", &nobody_seen),
    ]
}

fn team(ink: &Ink) -> Team {
    let member = |number, name: &str| TeamMember {
        id: id(number),
        name: ink.t(name),
        joined_at: days_ago(3),
    };
    Team {
        page: page(ink, Some(Nav::Teams)),
        id: id(2),
        name: ink.t("Support"),
        members: vec![member(11, "Example Member"), member(12, "Example Auditor")],
        others: vec![TeamChoice {
            id: id(13),
            name: ink.t("Example Owner"),
        }],
        given: vec![TeamAsset {
            id: id(1),
            name: ink.t("Demo tracker, to write"),
            access: AssetAccess::Edit,
        }],
        is_provisioned: false,
        is_recent: true,
        form: TeamForm {
            name: ink.t("Support"),
            ..TeamForm::default()
        },
    }
}
