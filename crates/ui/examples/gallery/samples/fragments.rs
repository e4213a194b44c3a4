//! Answers that replace a part of a page.

use ui::Template;
use ui::approvals::{InboxRows, ProposalState, ProposalStatus};
use ui::component::{Pages, Tone};
use ui::connectors::{Read, ScanState};
use ui::insight::{ImportState, ImportStatus};

use super::{Ink, NOW, Rendered, approvals, id, scans};

pub(crate) fn fragments(ink: &Ink) -> Vec<Rendered> {
    let rows = InboxRows {
        now: NOW,
        waiting_count: 4,
        waiting: approvals::waiting(ink),
        decided: Vec::new(),
        waiting_pages: Pages::default(),
        pages: Pages::default(),
        is_fragment: true,
    };
    let status = ProposalStatus {
        id: id(51),
        now: NOW,
        csrf: ink.t("sample-csrf-token"),
        state: ProposalState::Approved,
        decided_by: ink.t("Example Owner"),
        note: ink.t("Agreed."),
        may_resolve: false,
        may_revoke: false,
        timeline: vec![approvals::event(
            ink,
            1,
            "Approved",
            "Example Owner",
            "",
            Tone::Ok,
        )],
        is_fragment: true,
    };
    let state = ScanState::Failed {
        at: NOW,
        message: ink.t("The tracker answered 401."),
        read: Read {
            calls: 3,
            open: 0,
            events: Some(120),
        },
        is_final: false,
    };
    let scan = scans::one(ink, 31, "", state, "");
    let import = ImportStatus {
        job: id(71),
        state: ImportState::Queued,
        connection: None,
        may_remove: true,
    };
    vec![
        ("inbox-rows", rows.render()),
        ("proposal-status", status.render()),
        ("scan", scan.render()),
        ("import-status", import.render()),
    ]
}
