use time::macros::datetime;
use ui::Nav;
use ui::chart::{CycleTimes, Detail, Flow};
use ui::component::{FieldErrors, Tone};
use ui::insight::{
    Import, ImportForm, ImportProblem, ImportState, ImportStatus, Log, LogRow, LogState, Logs,
    Original, Totals,
};

use super::{Ink, Rendered, id, minutes_ago, page, service_desk, shot, with_flash};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = logs(ink);
    pages.extend(imports(ink));
    pages.extend(log(ink));
    pages
}

fn logs(ink: &Ink) -> Vec<Rendered> {
    let row = |number, name, source, cases, events, minutes, state| LogRow {
        id: id(number),
        name: ink.t(name),
        source: ink.t(source),
        cases,
        events,
        imported_at: minutes_ago(minutes),
        imported_by: ink.t("Example Owner"),
        state,
    };
    let empty = Logs {
        page: page(ink, Some(Nav::Insight)),
        logs: Vec::new(),
        form: ImportForm {
            limit_bytes: 200_000_000,
            ..form(ink)
        },
    };
    let full = Logs {
        logs: vec![
            row(
                33,
                "Fines",
                "fines.xes.gz",
                0,
                0,
                0,
                LogState::Importing(id(71)),
            ),
            row(
                31,
                "Service desk (simulated)",
                "service-desk.xes.gz",
                4_212,
                27_926,
                12,
                LogState::Ready,
            ),
            row(
                34,
                "Orders, spring",
                "orders.csv",
                0,
                0,
                40,
                LogState::Failed(id(72)),
            ),
            row(
                35,
                "Demo tracker",
                "scan of tracker.example",
                311,
                1_904,
                95,
                LogState::Ready,
            ),
        ],
        ..empty.clone()
    };
    let refused = Logs {
        page: with_flash(page(ink, Some(Nav::Insight)), Tone::Bad, ink.t("Nothing was imported. Correct what is marked.")),
        form: ImportForm {
            name: ink.t("Orders"),
            case_column: ink.t("order"),
            activity_column: ink.t("what"),
            time_column: ink.t("when"),
            errors: FieldErrors::default()
                .with("file", ink.t("Choose the file again: browsers do not keep it."))
                .with("time_column", ink.t("The file has no column called \u{201c}when\u{201d}. It has: order, what, at.")),
            ..empty.form.clone()
        },
        ..full.clone()
    };
    vec![
        shot("logs", &full),
        shot("logs-empty", &empty),
        shot("logs-refused", &refused),
    ]
}

fn form(ink: &Ink) -> ImportForm {
    ImportForm {
        name: ink.t(""),
        ..ImportForm::default()
    }
}

fn imports(ink: &Ink) -> Vec<Rendered> {
    let import = |state| Import {
        page: page(ink, Some(Nav::Insight)),
        name: ink.t("Service desk (simulated)"),
        source: ink.t("Imported file"),
        log: id(34),
        status: ImportStatus {
            job: id(71),
            state,
            connection: None,
            may_remove: true,
        },
    };
    let problem = ImportProblem {
        message: ink.t("the time \u{201c}2026-13-01T09:00\u{201d} is no date of the calendar."),
        line: Some(18_204),
        hint: ink
            .t("Correct the line, or export the log again with times like 2026-11-22T14:03:07Z."),
    };
    vec![
        shot("import-queued", &import(ImportState::Queued)),
        shot(
            "import-reading",
            &import(ImportState::Reading {
                read_bytes: 1_420_000,
                events: 221_004,
            }),
        ),
        shot(
            "import-done",
            &import(ImportState::Done {
                log: id(31),
                cases: 150_370,
                events: 561_470,
                duration_ms: 1_840,
            }),
        ),
        shot("import-failed", &import(ImportState::Failed(problem))),
    ]
}

fn log(ink: &Ink) -> Vec<Rendered> {
    let flow = service_desk::flow(ink);
    let view = Log {
        page: page(ink, Some(Nav::Insight)),
        id: id(31),
        name: ink.t("Service desk (simulated)"),
        source: ink.t("service-desk.xes.gz, imported 12 min ago"),
        totals: Totals {
            cases: 4_212,
            events: 27_926,
            activities: 10,
            variants: 226,
            first_event_at: datetime!(2024-11-25 07:12 UTC),
            last_event_at: datetime!(2026-11-20 16:44 UTC),
        },
        weeks: service_desk::weeks(),
        cycle_times: service_desk::CYCLE_TIMES,
        shown: service_desk::frequent(&flow, (215, 200)),
        flow: flow.clone(),
        detail: Detail::Common,
        may_remove: true,
        original: Some(Original {
            name: ink.t("service-desk-2024.xes.gz"),
            size_bytes: 1_214_512,
        }),
        bottlenecks: service_desk::bottlenecks(ink),
        variants: service_desk::variants(ink),
        notes: ink.all(&[
            "130 pairs of events have the same time. Their order is the file's.",
            "107 cases do not begin with Register. They may have begun before the log does.",
        ]),
    };
    let zero = CycleTimes {
        p10_s: 0.0,
        p25_s: 0.0,
        p50_s: 0.0,
        p75_s: 0.0,
        p90_s: 0.0,
        p95_s: 0.0,
        mean_s: 0.0,
        max_s: 0.0,
    };
    let empty = Log {
        weeks: Vec::new(),
        cycle_times: zero,
        flow: Flow::default(),
        shown: Flow::default(),
        bottlenecks: Vec::new(),
        variants: Vec::new(),
        notes: Vec::new(),
        totals: Totals {
            cases: 0,
            events: 0,
            activities: 0,
            variants: 0,
            ..view.totals
        },
        ..view.clone()
    };
    let main = Log {
        detail: Detail::Main,
        shown: service_desk::frequent(&flow, (1_000, 900)),
        ..view.clone()
    };
    let everything = Log {
        detail: Detail::All,
        shown: flow.clone(),
        ..view.clone()
    };
    let too_long = Log {
        shown: Flow::default(),
        ..view.clone()
    };
    vec![
        shot("log", &view),
        shot("log-main-path", &main),
        shot("log-everything", &everything),
        shot("log-empty", &empty),
        shot("log-too-long-to-draw", &too_long),
    ]
}
