use ui::approvals::{
    DecidedRow, Decision, DecisionForm, Inbox, InboxRows, Proposal, ProposalState, ProposalStatus,
    Search, Sought, Subject, Ticket, TimelineEvent, WaitingRow,
};
use ui::component::{ExternalUrl, Pages, Tone};
use ui::{Nav, Page};

use super::{Ink, NOW, Rendered, id, minutes_ago, page, requests, shot, with_flash};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = inbox(ink);
    pages.extend(undecided(ink));
    pages.extend(on_its_way(ink));
    pages.extend(ended(ink));
    pages
}

pub(crate) fn waiting(ink: &Ink) -> Vec<WaitingRow> {
    let row = |number, subject, app, requester, requested, expires: i64| WaitingRow {
        id: id(number),
        operation: ink.t("Create an issue"),
        subject: ink.t(subject),
        app: ink.t(app),
        requester: ink.t(requester),
        requested_at: minutes_ago(requested),
        expires_at: minutes_ago(-expires),
        approvals: 0,
        approvals_needed: 1,
    };
    vec![
        row(
            51,
            "Shorten the wait for suppliers",
            "Demo tracker",
            "Desk assistant",
            6,
            54,
        ),
        row(
            53,
            "Pay\u{200b}ment reminder",
            "GitHub issues",
            "Desk assistant",
            31,
            29,
        ),
        WaitingRow {
            approvals: 1,
            approvals_needed: 2,
            ..row(
                54,
                "A title that is long enough to need two lines on a phone, as titles are",
                "Demo tracker",
                "Nightly script",
                118,
                2,
            )
        },
    ]
}

fn inbox(ink: &Ink) -> Vec<Rendered> {
    let row = |number, subject, by: &str, minutes, state| DecidedRow {
        id: id(number),
        operation: ink.t("Create an issue"),
        subject: ink.t(subject),
        app: ink.t("Demo tracker"),
        requester: ink.t("Desk assistant"),
        decided_by: if by.is_empty() {
            String::new()
        } else {
            ink.t(by)
        },
        at: minutes_ago(minutes),
        state,
    };
    let sent = ProposalState::Executed {
        status: Some(201),
        ticket: None,
        duration_ms: 212,
    };
    let rows = InboxRows {
        now: NOW,
        waiting_count: 3,
        waiting: waiting(ink),
        decided: vec![
            row(
                56,
                "Ask the customer earlier",
                "Example Owner",
                0,
                ProposalState::Executing { since: NOW },
            ),
            row(52, "Two hand-overs too many", "Example Owner", 4, sent),
            row(
                57,
                "Weekly figures",
                "Example Admin",
                200,
                ProposalState::Rejected,
            ),
            row(58, "Supplier list", "", 300, ProposalState::Expired),
            row(
                59,
                "Reopened cases",
                "Example Owner",
                420,
                ProposalState::UnknownOutcome {
                    since: minutes_ago(420),
                },
            ),
            row(
                60,
                "Late answers",
                "Example Owner",
                900,
                ProposalState::Failed {
                    message: ink.t("refused"),
                },
            ),
        ],
        waiting_pages: Pages {
            newer: None,
            older: Some(ink.t("/approvals?waiting_before=x")),
        },
        pages: Pages {
            newer: None,
            older: Some(ink.t("/approvals?before=x")),
        },
        is_fragment: false,
    };
    let full = Inbox {
        page: page(ink, Some(Nav::Approvals)),
        rows_path: ink.t("/approvals/rows?before=x"),
        rows: rows.clone(),
    };
    let empty = Inbox {
        page: Page {
            waiting_approvals: 0,
            ..page(ink, Some(Nav::Approvals))
        },
        rows_path: ink.t("/approvals/rows"),
        rows: InboxRows {
            waiting_count: 0,
            waiting: Vec::new(),
            decided: Vec::new(),
            waiting_pages: Pages::default(),
            pages: Pages::default(),
            ..rows.clone()
        },
    };
    let mut pages = vec![shot("inbox", &full), shot("inbox-empty", &empty)];
    pages.extend(searches(ink, rows.decided));
    pages
}

fn searches(ink: &Ink, rows: Vec<DecidedRow>) -> Vec<Rendered> {
    let blank = Search::new(page(ink, Some(Nav::Approvals)), NOW);
    let sought = |rows| Search {
        text: ink.t("supplier@example.com"),
        sought: Some(Sought { rows }),
        ..blank.clone()
    };
    let refused = Search {
        error: Some(ink.t("Write 1 to 320 bytes.")),
        ..blank.clone()
    };
    vec![
        shot("approvals-search", &blank),
        shot("approvals-found", &sought(rows)),
        shot("approvals-nothing-found", &sought(Vec::new())),
        shot("approvals-search-refused", &refused),
    ]
}

pub(crate) fn event(
    ink: &Ink,
    minutes: i64,
    title: &str,
    actor: &str,
    note: &str,
    tone: Tone,
) -> TimelineEvent {
    let note = if note.is_empty() {
        String::new()
    } else {
        ink.t(note)
    };
    TimelineEvent {
        at: minutes_ago(minutes),
        title: ink.t(title),
        actor: ink.t(actor),
        note,
        tone,
    }
}

fn waiting_proposal(ink: &Ink) -> Proposal {
    Proposal {
        page: page(ink, Some(Nav::Approvals)),
        subject: Subject {
            id: id(51),
            operation: ink.t("Create an issue"),
            subject: ink.t("Shorten the wait for suppliers"),
            app: ink.t("Demo tracker"),
            connection: id(1),
            requester: ink.t("Desk assistant"),
            requested_at: minutes_ago(6),
            expires_at: minutes_ago(-54),
            approvals_needed: 1,
        },
        request: requests::ticket(ink),
        status: ProposalStatus {
            id: id(51),
            now: NOW,
            csrf: ink.t("sample-csrf-token"),
            state: ProposalState::Waiting,
            decided_by: String::new(),
            note: String::new(),
            may_resolve: false,
            may_revoke: true,
            timeline: vec![event(ink, 6, "Proposed", "Desk assistant", "", Tone::Info)],
            is_fragment: false,
        },
        decisions: Vec::new(),
        form: DecisionForm::Open {
            note: ink.t(""),
            error: String::new(),
        },
    }
}

fn undecided(ink: &Ink) -> Vec<Rendered> {
    let view = waiting_proposal(ink);
    let mut four_eyes = Proposal {
        decisions: vec![Decision {
            by: ink.t("Example Admin"),
            at: minutes_ago(3),
            is_approval: true,
            note: ink.t("Figures checked."),
        }],
        form: DecisionForm::Closed(
            ink.t("You proposed this. It needs the approval of two other people."),
        ),
        request: requests::plain_text(ink),
        ..view.clone()
    };
    four_eyes.subject.approvals_needed = 2;
    let hidden = Proposal {
        request: requests::with_hidden_characters(ink),
        form: DecisionForm::Open {
            note: ink.t("Looks odd."),
            error: ink.t("This proposal changed while you read it. Look again."),
        },
        ..view.clone()
    };
    let mail = Proposal {
        request: requests::mail(ink),
        ..view.clone()
    };
    vec![
        shot("proposal-waiting", &view),
        shot("proposal-mail", &mail),
        shot("proposal-four-eyes", &four_eyes),
        shot("proposal-hidden-characters", &hidden),
    ]
}

fn with_state(ink: &Ink, state: ProposalState, events: &[TimelineEvent]) -> Proposal {
    let mut view = waiting_proposal(ink);
    view.form = DecisionForm::Absent;
    view.status.may_revoke = matches!(state, ProposalState::Approved);
    view.status.state = state;
    view.status.decided_by = ink.t("Example Owner");
    view.status.note = ink.t("Agreed with the suppliers' desk.");
    view.status.timeline.extend_from_slice(events);
    view
}

fn on_its_way(ink: &Ink) -> Vec<Rendered> {
    let approved = event(
        ink,
        2,
        "Approved",
        "Example Owner",
        "Agreed with the suppliers' desk.",
        Tone::Ok,
    );
    let sending = event(ink, 2, "Sending", "the broker", "", Tone::Info);
    let mut view = with_state(
        ink,
        ProposalState::Approved,
        std::slice::from_ref(&approved),
    );
    view.page = with_flash(
        view.page,
        Tone::Ok,
        ink.t("Approved. The broker sends it now."),
    );
    let executing = with_state(
        ink,
        ProposalState::Executing {
            since: minutes_ago(2),
        },
        &[approved.clone(), sending.clone()],
    );
    let returned = event(
        ink,
        2,
        "Answered",
        "Demo tracker",
        "HTTP 201 in 212 ms",
        Tone::Ok,
    );
    let ticket = Ticket {
        label: ink.t("#42"),
        url: ExternalUrl::parse(&ink.t("https://tracker.example/issues/42")),
    };
    let executed = with_state(
        ink,
        ProposalState::Executed {
            status: Some(201),
            ticket: Some(ticket),
            duration_ms: 212,
        },
        &[approved.clone(), sending.clone(), returned],
    );
    let broken = event(
        ink,
        1,
        "No answer",
        "the broker",
        "The connection broke after the request was sent.",
        Tone::Warn,
    );
    let mut unknown = with_state(
        ink,
        ProposalState::UnknownOutcome {
            since: minutes_ago(1),
        },
        &[approved, sending, broken],
    );
    unknown.status.may_resolve = true;
    vec![
        shot("proposal-approved", &view),
        shot("proposal-executing", &executing),
        shot("proposal-executed", &executed),
        shot("proposal-unknown-outcome", &unknown),
    ]
}

fn ended(ink: &Ink) -> Vec<Rendered> {
    let no = event(
        ink,
        2,
        "Rejected",
        "Example Owner",
        "Not before the contract is renewed.",
        Tone::Mute,
    );
    let rejected = with_state(ink, ProposalState::Rejected, &[no]);
    let mut expired = with_state(
        ink,
        ProposalState::Expired,
        &[event(ink, 1, "Expired", "", "", Tone::Mute)],
    );
    expired.status.decided_by = String::new();
    expired.status.note = String::new();
    let revoked = with_state(
        ink,
        ProposalState::Revoked,
        &[event(
            ink,
            1,
            "Revoked: its connection was ended",
            "Example Owner",
            "",
            Tone::Mute,
        )],
    );
    let failed = event(ink, 1, "Failed", "the broker", "HTTP 422", Tone::Bad);
    let mut failed = with_state(
        ink,
        ProposalState::Failed { message: ink.t("The tracker refused it (422): the project is archived. Propose it again for another project.") },
        &[failed],
    );
    failed.request = requests::without_body(ink);
    let resolved = event(
        ink,
        1,
        "Found not to have happened",
        "Example Admin",
        "",
        Tone::Bad,
    );
    let mut resolved = with_state(
        ink,
        ProposalState::Failed {
            message: ink.t("A person found that it did not happen."),
        },
        &[resolved],
    );
    resolved.status.decided_by = ink.t("Example Admin");
    resolved.status.note = String::new();
    vec![
        shot("proposal-resolved", &resolved),
        shot("proposal-rejected", &rejected),
        shot("proposal-expired", &expired),
        shot("proposal-revoked", &revoked),
        shot("proposal-failed", &failed),
    ]
}
