//! The scans of a connection.

use ui::connectors::{Scan, ScanState, Scannable, Scans};

use super::{Ink, NOW, id, minutes_ago};

/// One in this state, and one that reads by itself what is new.
pub(super) fn two(ink: &Ink, state: ScanState) -> Scans {
    let daily = ScanState::Done {
        at: minutes_ago(190),
        held: Some((12, 88)),
        next: Some(minutes_ago(-1_250)),
        told: String::new(),
    };
    Scans {
        asks: vec![ink.t("owner"), ink.t("repo")],
        scans: vec![
            one(ink, 31, "example shop", state, ""),
            one(ink, 33, "example desk", daily, "day"),
        ],
        ..none(ink)
    }
}

/// One that is done, of an app that asks nothing.
pub(super) fn whole(ink: &Ink) -> Scans {
    let done = ScanState::Done {
        at: minutes_ago(95),
        held: Some((311, 1_904)),
        next: None,
        told: String::new(),
    };
    Scans {
        scans: vec![one(ink, 31, "", done, "")],
        ..none(ink)
    }
}

/// Never scanned.
pub(super) fn none(ink: &Ink) -> Scans {
    Scans {
        connection: id(1),
        csrf: ink.t("sample-csrf-token"),
        scannable: Scannable::Yes,
        asks: Vec::new(),
        scans: Vec::new(),
        may_scan: true,
    }
}

pub(super) fn one(
    ink: &Ink,
    log: u128,
    asked: &str,
    state: ScanState,
    every: &'static str,
) -> Scan {
    Scan {
        log: id(log),
        connection: id(1),
        csrf: ink.t("sample-csrf-token"),
        now: NOW,
        // Nothing chosen is shown as a word of ours.
        asked: match asked {
            "" => String::new(),
            asked => ink.t(asked),
        },
        state,
        every,
        may_scan: true,
    }
}
