use ui::connectors::ConnectionState;
use ui::overview::{ConnectionCard, FirstSteps, LogCard, Overview};
use ui::{Nav, Page};

use super::{Ink, Rendered, approvals, id, page, shot};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let new = Overview {
        page: Page {
            waiting_approvals: 0,
            ..page(ink, Some(Nav::Overview))
        },
        waiting: Vec::new(),
        connections: Vec::new(),
        logs: Vec::new(),
        first_steps: FirstSteps::default(),
    };
    let full = Overview {
        page: page(ink, Some(Nav::Overview)),
        waiting: approvals::waiting(ink),
        connections: vec![
            connection(
                ink,
                1,
                "Demo tracker, to read",
                ("https://tracker.example", false),
                ConnectionState::Connected,
            ),
            connection(
                ink,
                3,
                "Demo tracker, to write",
                ("https://tracker.example", true),
                ConnectionState::Connected,
            ),
            connection(
                ink,
                2,
                "GitHub issues, to read",
                ("", false),
                ConnectionState::Reconnect,
            ),
        ],
        logs: vec![
            LogCard {
                id: id(31),
                name: ink.t("Service desk (simulated)"),
                cases: 4_212,
                median_cycle_s: 6.4 * 86_400.0,
                bottleneck: ink
                    .t("Work lies 2 d 2 h, in the median, between Diagnose and Wait for supplier."),
            },
            LogCard {
                id: id(32),
                name: ink.t("Invoices 2026"),
                cases: 918,
                median_cycle_s: 52_000.0,
                bottleneck: String::new(),
            },
        ],
        first_steps: FirstSteps {
            app_connected: true,
            log_imported: true,
            key_made: true,
            write_approved: true,
        },
    };
    let begun = Overview {
        first_steps: FirstSteps {
            key_made: false,
            write_approved: false,
            ..full.first_steps
        },
        waiting: Vec::new(),
        page: Page {
            waiting_approvals: 0,
            ..full.page.clone()
        },
        ..full.clone()
    };
    vec![
        shot("overview-new", &new),
        shot("overview-begun", &begun),
        shot("overview", &full),
    ]
}

fn connection(
    ink: &Ink,
    number: u128,
    name: &str,
    (host, writes): (&str, bool),
    state: ConnectionState,
) -> ConnectionCard {
    ConnectionCard {
        id: id(number),
        name: ink.t(name),
        host: ink.t(host),
        writes,
        connected_by: ink.t("Example Owner"),
        state,
    }
}
