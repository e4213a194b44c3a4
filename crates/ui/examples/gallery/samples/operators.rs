use ui::Nav;
use ui::access::{OperatorRow, Operators};

use super::{Ink, Rendered, days_ago, id, minutes_ago, page, shot, without};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let row = |number, reason: &str| OperatorRow {
        id: id(number),
        operator: ink.t("Example Operator"),
        reason: ink.t(reason),
        opened_at: days_ago(3),
        expires_at: days_ago(3),
        ended_at: None,
        ended_by: String::new(),
        last_used_at: None,
        is_open: false,
    };
    let view = Operators {
        page: page(ink, Some(Nav::Audit)),
        rows: vec![
            OperatorRow {
                opened_at: minutes_ago(12),
                expires_at: minutes_ago(-48),
                last_used_at: Some(minutes_ago(2)),
                is_open: true,
                ..row(1, "Ticket 4711: a scan does not end")
            },
            OperatorRow {
                ended_at: Some(days_ago(3)),
                ended_by: ink.t("Example Owner"),
                ..row(2, "Looking for the cause of slow pages")
            },
            row(3, "Ticket 4698: mails do not arrive"),
        ],
    };
    let empty = Operators {
        rows: Vec::new(),
        ..view.clone()
    };
    let looked_at = Operators {
        page: without(view.page.clone(), "organisation.manage"),
        ..view.clone()
    };
    vec![
        shot("operators", &view),
        shot("operators-empty", &empty),
        shot("operators-looked-at", &looked_at),
    ]
}
