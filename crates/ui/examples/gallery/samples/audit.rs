use ui::Nav;
use ui::audit::{AuditLog, Checkpoint, Entry};
use ui::component::Pages;

use super::{Ink, Rendered, id, minutes_ago, page, shot};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let view = AuditLog {
        page: page(ink, Some(Nav::Audit)),
        entries: entries(ink),
        actions: ink.all(&[
            "access.key_made",
            "approvals.approved",
            "approvals.proposed",
            "approvals.sent",
            "identity.signed_in",
        ]),
        action: String::new(),
        checkpoint: Some(Checkpoint {
            origin: ink.t("countersign.example.com/audit"),
            tree_size: 18_204,
            root_hash: ink.t("yB4oG0mU2vX1cQ9rT7sL5kJ3hF1dA8zN6wE4pR2tY0I="),
            signed_at: minutes_ago(1),
            key_name: ink.t("countersign.example.com/audit+3f2a91c0"),
        }),
        pending: 2,
        pages: Pages {
            newer: Some(ink.t("/audit?after=18204")),
            older: Some(ink.t("/audit?before=18196")),
        },
    };
    let filtered = AuditLog {
        entries: Vec::new(),
        action: ink.t("access.key_made"),
        pages: Pages::default(),
        ..view.clone()
    };
    let empty = AuditLog {
        action: String::new(),
        checkpoint: None,
        pending: 0,
        ..filtered.clone()
    };
    vec![
        shot("audit", &view),
        shot("audit-filtered-empty", &filtered),
        shot("audit-empty", &empty),
    ]
}

fn entries(ink: &Ink) -> Vec<Entry> {
    let entry =
        |number: u128, index, minutes, actor, action, subject, details: &[(&str, &str)]| Entry {
            id: id(number),
            index,
            at: minutes_ago(minutes),
            actor: ink.t(actor),
            action: ink.t(action),
            subject: ink.t(subject),
            details: ink.pairs(details),
        };
    vec![
        entry(
            1,
            None,
            0,
            "broker",
            "approvals.returned",
            "apr_01jd9v6b3kx4t8m2n5p7q9r1s3",
            &[("status", "201"), ("duration_ms", "212")],
        ),
        entry(
            2,
            None,
            0,
            "broker",
            "approvals.sent",
            "apr_01jd9v6b3kx4t8m2n5p7q9r1s3",
            &[("request_sha256", "9f2c4d1e8b7a6053…")],
        ),
        entry(
            3,
            Some(18_203),
            2,
            "Example Owner",
            "approvals.approved",
            "apr_01jd9v6b3kx4t8m2n5p7q9r1s3",
            &[("payload_hash", "9f2c4d1e8b7a6053…"), ("note", "true")],
        ),
        entry(
            4,
            Some(18_202),
            6,
            "Desk assistant",
            "approvals.proposed",
            "apr_01jd9v6b3kx4t8m2n5p7q9r1s3",
            &[("operation", "create_issue")],
        ),
        entry(
            5,
            Some(18_201),
            190,
            "Example Owner",
            "identity.signed_in",
            "ses_01jd9v6b3kx4t8m2n5p7q9r1s3",
            &[],
        ),
    ]
}
