use ui::component::{FieldErrors, Pages};
use ui::identity::{
    AccountDeleted, AccountEvent, AccountEvents, AddressChange, ChangeAddress, ChangeStep,
    OrganisationRow, Organisations, OwnAccount, OwnSignOn, PendingAddress, Profile, WaitingChange,
};

use super::{Ink, Rendered, alone, days_ago, id, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = organisations(ink);
    pages.extend(addresses(ink));
    pages.extend(own(ink));
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
        sign_on: None,
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
    let closed = |number, name, is_linked| OrganisationRow {
        sign_on: Some(OwnSignOn {
            provider: id(number),
            is_linked,
        }),
        ..row(number, name, "Participant", 30, false)
    };
    let by_sign_on = Organisations {
        organisations: vec![
            closed(0x73, "Example Bank", false),
            closed(0x74, "Example Insurance", true),
        ],
        ..several.clone()
    };
    let last_owner = Organisations {
        organisations: vec![row(0x71, "Example Works", "Owner", 90, true)],
        name: ink.t(" "),
        errors: FieldErrors::default().with("name", ink.t("write a name")),
        ..several.clone()
    };
    let alone_in_it = Organisations {
        organisations: vec![OrganisationRow {
            others: 0,
            ..row(0x71, "Example Works", "Owner", 90, true)
        }],
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
        shot("organisations-alone", &alone_in_it),
        shot("organisations-by-sign-on", &by_sign_on),
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
        has_password: true,
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

fn own(ink: &Ink) -> Vec<Rendered> {
    let member = OwnAccount {
        page: page(ink, None),
        email: ink.t("owner@example.com"),
        is_recent: true,
        go_along: Vec::new(),
        in_the_way: Vec::new(),
        errors: FieldErrors::default(),
    };
    let owner = OwnAccount {
        go_along: ink.all(&["Example Works", "An organisation with a longer name"]),
        errors: FieldErrors::default().with("email", ink.t("that is not your address")),
        ..member.clone()
    };
    let last_owner = OwnAccount {
        in_the_way: ink.all(&["Example Service Desk"]),
        ..member.clone()
    };
    let stale = OwnAccount {
        is_recent: false,
        ..member.clone()
    };
    let nowhere = OwnAccount {
        page: alone(ink),
        ..member.clone()
    };
    let deleted = AccountDeleted {
        page: visitor(ink),
        is_told: true,
    };
    let untold = AccountDeleted {
        is_told: false,
        ..deleted.clone()
    };
    vec![
        shot("account", &member),
        shot("account-alone", &owner),
        shot("account-last-owner", &last_owner),
        shot("account-stale", &stale),
        shot("account-nowhere", &nowhere),
        shot("account-deleted", &deleted),
        shot("account-deleted-untold", &untold),
        shot("account-events", &events(ink)),
        shot(
            "account-events-none",
            &AccountEvents {
                page: alone(ink),
                events: Vec::new(),
                pages: Pages::default(),
            },
        ),
    ]
}

fn events(ink: &Ink) -> AccountEvents {
    let event = |number, minutes, what, action, subject, details: &[(&str, &str)]| AccountEvent {
        id: id(number),
        at: minutes_ago(minutes),
        what: ink.t(what),
        action: ink.t(action),
        subject: ink.t(subject),
        details: ink.pairs(details),
        is_program: number == 0x92,
    };
    AccountEvents {
        page: page(ink, None),
        events: vec![
            event(
                0x91,
                4,
                "You signed in with your password",
                "identity.signed_in",
                "usr_01jd9v6b3kx4t8m2n5p7q9r1s3",
                &[("session", "ses_01jd9v6b3kx4t8m2n5p7q9r1s3")],
            ),
            event(
                0x92,
                190,
                "You revoked an API key",
                "access.api_key_revoked",
                "key_01jd9v6b3kx4t8m2n5p7q9r1s3",
                &[],
            ),
            event(
                0x93,
                2_000,
                "A sign-in with a wrong password",
                "identity.sign_in_failed",
                "",
                &[],
            ),
        ],
        pages: Pages {
            newer: Some(ink.t("/account/events")),
            older: Some(ink.t("/account/events?before=aud_01jd9v6b3kx4t8m2n5p7q9r1s3")),
        },
    }
}
