use ui::component::FieldErrors;
use ui::identity::{OrganisationRow, Organisations};

use super::{Ink, Rendered, alone, days_ago, id, page, shot};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    organisations(ink)
}

fn organisations(ink: &Ink) -> Vec<Rendered> {
    let row = |number, name, role, joined, is_current| OrganisationRow {
        id: id(number),
        name: ink.t(name),
        role: ink.t(role),
        joined_at: days_ago(joined),
        asks_second_factor: number == 0x72,
        is_current,
        is_last_owner: number == 0x71,
        others: 4,
    };
    let several = Organisations {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
        is_recent: true,
        organisations: vec![
            row(0x71, "Example Works", "Owner", 90, false),
            row(0x70, "Example Service Desk", "Super Admin", 40, true),
            row(
                0x72,
                "An organisation whose name is as long as names of organisations can be",
                "Reviewer",
                1,
                false,
            ),
        ],
        name: ink.t(""),
        errors: FieldErrors::default(),
    };
    let stale = Organisations {
        is_recent: false,
        ..several.clone()
    };
    let last_owner = Organisations {
        organisations: vec![row(0x71, "Example Works", "Owner", 90, true)],
        name: ink.t(" "),
        errors: FieldErrors::default().with("name", ink.t("write a name")),
        ..several.clone()
    };
    let none = Organisations {
        page: alone(ink),
        organisations: Vec::new(),
        ..several.clone()
    };
    vec![
        shot("organisations", &several),
        shot("organisations-stale", &stale),
        shot("organisations-last-owner", &last_owner),
        shot("organisations-none", &none),
    ]
}
