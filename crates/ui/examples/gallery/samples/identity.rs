use ui::Nav;
use ui::component::{FieldErrors, Tone};
use ui::identity::{
    Inviting, LinkState, Member, OpenInvitation, People, SessionRow, Sessions, SignIn, SignInLink,
    SignUp, SignUpDone, StandingChoice, SuspendedMember,
};

use super::ways_in::issuers;
use super::{Ink, Rendered, days_ago, id, minutes_ago, page, shot, visitor, with_flash};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = sign_up(ink);
    pages.extend(sign_in(ink));
    pages.extend(people(ink));
    pages.extend(sessions(ink));
    pages
}

fn sign_up(ink: &Ink) -> Vec<Rendered> {
    let empty = SignUp {
        page: visitor(ink),
        name: ink.t(""),
        organisation: ink.t(""),
        email: ink.t(""),
        issuers: issuers(ink),
        errors: FieldErrors::default(),
        password_score: 0,
    };
    let refused = SignUp {
        name: ink.t("Example Owner"),
        organisation: ink.t("Example Service Desk"),
        email: ink.t("owner.example.com"),
        errors: FieldErrors::default()
            .with(
                "",
                ink.t("Nothing was made yet. Correct what is marked and try again."),
            )
            .with(
                "email",
                ink.t("This is no email address. It needs an @ and a domain."),
            )
            .with(
                "password",
                ink.t("This password is among the first that are guessed. Add two more words."),
            ),
        password_score: 1,
        ..empty.clone()
    };
    let done = SignUpDone {
        page: visitor(ink),
        email: ink.t("owner@example.com"),
    };
    vec![
        shot("sign-up", &empty),
        shot("sign-up-refused", &refused),
        shot("sign-up-done", &done),
    ]
}

fn sign_in(ink: &Ink) -> Vec<Rendered> {
    let empty = SignIn {
        page: visitor(ink),
        email: ink.t(""),
        error: String::new(),
        can_passkey: true,
        issuers: issuers(ink),
        next: ink.t("/approvals"),
    };
    let by_address = SignIn {
        can_passkey: false,
        issuers: Vec::new(),
        ..empty.clone()
    };
    let refused = SignIn {
        email: ink.t("owner@example.com"),
        error: ink.t("That address and password do not belong together. Try again, or wait a minute after five tries."),
        ..empty.clone()
    };
    let link = SignInLink {
        page: visitor(ink),
        state: LinkState::Ready {
            name: ink.t("Example Owner"),
            organisation: ink.t("Example Service Desk"),
            token: ink.t("sample-token"),
            expires_at: minutes_ago(-14),
        },
    };
    let spent = SignInLink {
        page: visitor(ink),
        state: LinkState::Spent,
    };
    vec![
        shot("sign-in", &empty),
        shot("sign-in-by-address", &by_address),
        shot("sign-in-refused", &refused),
        shot("sign-in-link", &link),
        shot("sign-in-link-spent", &spent),
    ]
}

fn standings(ink: &Ink) -> Vec<StandingChoice> {
    [
        ("ADMIN-80", "Admin"),
        ("PARTICIPANT-40", "Participant, User"),
    ]
    .map(|(value, text)| StandingChoice {
        value: ink.t(value),
        text: ink.t(text),
        chosen: value == "PARTICIPANT-40",
    })
    .to_vec()
}

fn people(ink: &Ink) -> Vec<Rendered> {
    let member = |(number, name, email), role, level, days| Member {
        id: id(number),
        name: ink.t(name),
        email: ink.t(email),
        is_verified: number != 4,
        is_provisioned: number == 3,
        role: ink.t(role),
        level,
        joined_at: days_ago(days),
        is_viewer: number == 1,
        standings: Vec::new(),
    };
    let long = "a.member.with.a.rather.long.address@support.example.com";
    let plain = People {
        page: page(ink, Some(Nav::People)),
        members: vec![
            member(
                (1, "Example Owner", "owner@example.com"),
                "Super Admin",
                100,
                214,
            ),
            member((2, "Example Admin", "admin@example.com"), "Admin", 80, 190),
            member((3, "Example Łączność Büro Member", long), "User", 40, 33),
            member(
                (4, "Example Reviewer", "reviewer@example.com"),
                "Viewer",
                20,
                2,
            ),
        ],
        suspended: Vec::new(),
        inviting: None,
    };
    let managed = plain.members.iter().cloned().map(|member| Member {
        standings: standings(ink),
        ..member
    });
    let managing = People {
        members: managed.collect(),
        suspended: vec![SuspendedMember {
            id: id(0x66),
            name: ink.t("Example Łączność Büro Member Who Is Away"),
            since: days_ago(12),
            may_be_removed: true,
        }],
        inviting: Some(inviting(ink, true)),
        ..plain.clone()
    };
    let refused = People {
        inviting: Some(Inviting {
            email: ink.t("member@"),
            errors: FieldErrors::default()
                .with("email", ink.t("Write the address as name@example.com.")),
            ..inviting(ink, false)
        }),
        ..plain.clone()
    };
    vec![
        shot("people", &plain),
        shot("people-managing", &managing),
        shot("people-invite-refused", &refused),
    ]
}

fn inviting(ink: &Ink, sends_mail: bool) -> Inviting {
    let open = |number, email, expires_at| OpenInvitation {
        id: id(number),
        email: ink.t(email),
        standing: ink.t("Participant, User"),
        invited_by: ink.t("Example Owner"),
        created_at: days_ago(3),
        expires_at,
    };
    Inviting {
        open: vec![
            open(11, "member@example.com", Some(days_ago(-4))),
            open(12, "late@example.com", Some(days_ago(2))),
            open(13, "waiting@example.com", None),
        ],
        standings: standings(ink),
        email: ink.t(""),
        errors: FieldErrors::default(),
        sends_mail,
    }
}

fn sessions(ink: &Ink) -> Vec<Rendered> {
    let row = |number, client, ip, signed_in, seen, is_current| SessionRow {
        id: id(number),
        client: ink.t(client),
        ip: ink.t(ip),
        signed_in_at: minutes_ago(signed_in),
        expires_at: minutes_ago(i64::from(seen) - 720),
        organisation: if is_current {
            ink.t("Example Works")
        } else {
            String::new()
        },
        is_current,
    };
    let current = row(1, "Chromium on Linux", "127.0.0.1", 190, 0, true);
    let several = Sessions {
        page: page(ink, None),
        sessions: vec![
            current.clone(),
            row(
                2,
                "Safari on an iPhone",
                "2001:db8:12:34::7",
                2_900,
                55,
                false,
            ),
            row(
                3,
                "Firefox on Windows",
                "203.0.113.17",
                41_000,
                9_000,
                false,
            ),
        ],
        is_everywhere: true,
    };
    let only = Sessions {
        page: with_flash(page(ink, None), Tone::Ok, ink.t("Two sessions were ended.")),
        sessions: vec![current],
        is_everywhere: false,
    };
    vec![
        shot("sessions", &several),
        shot("sessions-only-this", &only),
    ]
}
