use ui::Nav;
use ui::mail::{HeldMail, HeldMails, MailRow, MailState, MailWay, Outbox};

use super::{Ink, Rendered, id, minutes_ago, page, shot};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let row = |number, recipient, about, state, attempts, error| MailRow {
        id: id(number),
        recipient: ink.t(recipient),
        about: ink.t(about),
        state,
        attempts,
        error: ink.t(error),
        queued_at: minutes_ago(9),
    };
    let smtp = Outbox {
        page: page(ink, Some(Nav::Mail)),
        way: MailWay::Smtp {
            server: ink.t("smtp.example.com:587"),
            tls: ink.t("STARTTLS"),
            from: ink.t("countersign@example.com"),
        },
        mails: vec![
            row(
                1,
                "member@example.com",
                "Invitation",
                MailState::Queued,
                3,
                "the mail server offers no STARTTLS: nothing was sent, since mail goes out encrypted or not at all",
            ),
            row(
                2,
                "owner@example.com",
                "Verify an address",
                MailState::Sent,
                1,
                "",
            ),
            row(
                3,
                "a.member.with.a.rather.long.address@support.example.com",
                "Invitation",
                MailState::Failed,
                1,
                "the mail server refuses the mail: permanent error (550): no such user here",
            ),
        ],
    };
    let off = Outbox {
        way: MailWay::Off,
        mails: Vec::new(),
        ..smtp.clone()
    };
    let development = Outbox {
        way: MailWay::Development,
        ..smtp.clone()
    };
    let held = HeldMails {
        page: page(ink, None),
        mails: vec![HeldMail::new(
            (
                ink.t("owner@example.com"),
                ink.t("Confirm your address for Countersign"),
                &ink.t("Somebody made an account.\n\nhttp://localhost/verify-address?token=x\n\nThe link works once."),
            ),
            "http://localhost",
            minutes_ago(1),
        )],
    };
    let none = HeldMails {
        mails: Vec::new(),
        ..held.clone()
    };
    vec![
        shot("mail", &smtp),
        shot("mail-off", &off),
        shot("mail-development", &development),
        shot("mail-held", &held),
        shot("mail-held-none", &none),
    ]
}
