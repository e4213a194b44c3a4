use ui::component::FieldErrors;
use ui::identity::{
    AddressChange, ChangeAddress, ChangeStep, OrganisationRow, Organisations, PendingAddress,
    Profile, WaitingChange,
};

use super::{Ink, Rendered, alone, days_ago, id, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = organisations(ink);
    pages.extend(addresses(ink));
    pages
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

fn addresses(ink: &Ink) -> Vec<Rendered> {
    let waits = |is_old, recipient, step| ChangeAddress {
        page: visitor(ink),
        change: AddressChange::Waits(WaitingChange {
            is_old,
            recipient: ink.t(recipient),
            new_email: ink.t("example.owner@elsewhere.example"),
            token: ink.t("csm_sample"),
            expires_at: minutes_ago(-1_380),
            step,
        }),
    };
    let back = ink.t("%2Fchange-address%3Ftoken%3Dcsm_sample");
    let other = ChangeAddress {
        page: page(ink, None),
        ..waits(true, "somebody@example.com", ChangeStep::OtherAccount)
    };
    let ended = |change| ChangeAddress {
        page: visitor(ink),
        change,
    };
    let pending = Profile {
        page: page(ink, None),
        name: ink.t("Example Owner"),
        email: ink.t("owner@example.com"),
        is_verified: true,
        is_recent: true,
        sends_mail: true,
        change: Some(PendingAddress {
            new_email: ink.t("example.owner@elsewhere.example"),
            is_confirmed_new: true,
            is_confirmed_old: false,
            expires_at: minutes_ago(-1_380),
        }),
        new_email: ink.t(""),
        errors: FieldErrors::default(),
        password_score: 0,
    };
    let wrong = Profile {
        change: None,
        new_email: ink.t("owner@example.com"),
        errors: FieldErrors::default().with("new_email", ink.t("that is your address already")),
        ..pending.clone()
    };
    vec![
        shot(
            "change-address-old",
            &waits(true, "owner@example.com", ChangeStep::Agree),
        ),
        shot(
            "change-address-new",
            &waits(
                false,
                "example.owner@elsewhere.example",
                ChangeStep::SignIn(back),
            ),
        ),
        shot("change-address-other", &other),
        shot("change-address-stopped", &ended(AddressChange::Stopped)),
        shot("change-address-gone", &ended(AddressChange::Gone)),
        shot("profile-address-waits", &pending),
        shot("profile-address-refused", &wrong),
    ]
}
