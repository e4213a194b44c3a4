use kernel::{AssetAccess, Revocation, TeamId, UserId};
use time::OffsetDateTime;
use ui::Nav;
use ui::component::{ExternalUrl, FieldErrors, Pages, Tone};
use ui::connectors::{
    Access, App, AppChoice, Barrier, Call, CallOutcome, Catalogue, Connect, ConnectWay, Connection,
    ConnectionState, DisconnectAll, GrantRow, GranteeChoice, Leave, Operation, OtherWay, Read,
    Receipt, ScanState, ScopeRequest, ScopeRow, Sharing, Unused, Use,
};

use super::{
    Ink, NOW, Rendered, days_ago, id, id_text, minutes_ago, page, scans, shot, with_flash,
};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mut pages = catalogue(ink);
    pages.extend(connect(ink));
    pages.extend(connection(ink));
    pages
}

fn catalogue(ink: &Ink) -> Vec<Rendered> {
    let one = |key, writes, operations, connection| Use {
        key: ink.t(key),
        writes,
        operations,
        connection,
        others: Vec::new(),
    };
    let app = |name, description, uses| App {
        name: ink.t(name),
        description: ink.t(description),
        uses,
    };
    let view = Catalogue {
        page: page(ink, Some(Nav::Connectors)),
        apps: vec![
            app(
                "Another OAuth2 tracker",
                "Any tracker with a manifest.",
                vec![one("oauth2-tracker", false, 2, None)],
            ),
            app(
                "Demo tracker",
                "A small issue tracker that comes with the demo. Scans its issues' history and creates tickets.",
                vec![
                    one(
                        "tracker",
                        false,
                        3,
                        Some((id(1), ConnectionState::Connected)),
                    ),
                    one("tracker-write", true, 1, None),
                ],
            ),
            app(
                "GitHub issues",
                "Scans when issues were opened, labelled, assigned and closed. Creates issues.",
                vec![
                    Use {
                        others: vec![OtherWay {
                            key: ink.t("github-token"),
                            name: ink.t("GitHub with a token"),
                        }],
                        ..one("github", false, 3, None)
                    },
                    one(
                        "github-write",
                        true,
                        1,
                        Some((id(2), ConnectionState::Reconnect)),
                    ),
                ],
            ),
            app(
                "Mail",
                "Sends mails.",
                vec![one("mail-write", true, 1, None)],
            ),
        ],
        is_connected: true,
        unused: vec![
            unused(ink, 4, "Support desk, to read", Some(days_ago(45))),
            unused(ink, 5, "Old tracker, to write", None),
        ],
        ended: vec![
            receipt(ink, "Demo tracker, to write", None),
            receipt(ink, "Team tracker", Some(Revocation::Confirmed)),
            receipt(ink, "Old tracker", Some(Revocation::NotConfirmed)),
        ],
    };
    let empty = Catalogue {
        apps: Vec::new(),
        unused: Vec::new(),
        is_connected: false,
        ended: Vec::new(),
        ..view.clone()
    };
    let choice = |app: &str, name: &str, connections| AppChoice {
        app: ink.t(app),
        name: ink.t(name),
        connections,
    };
    let kill = DisconnectAll {
        page: view.page.clone(),
        total: 4,
        apps: vec![
            choice("github", "GitHub issues", 1),
            choice("tracker", "Demo tracker", 3),
        ],
        chosen: ink.t(DisconnectAll::EVERYTHING),
        errors: FieldErrors::default(),
    };
    let refused = DisconnectAll {
        chosen: ink.t("tracker"),
        errors: FieldErrors::default().with("typed", ink.t("Type disconnect to confirm.")),
        ..kill.clone()
    };
    vec![
        shot("connectors", &view),
        shot("connectors-empty", &empty),
        shot("connectors-disconnect", &kill),
        shot("connectors-disconnect-refused", &refused),
    ]
}

fn unused(ink: &Ink, number: u128, name: &str, last_used_at: Option<OffsetDateTime>) -> Unused {
    Unused {
        connection: id(number),
        name: ink.t(name),
        connected_by: ink.t("Example Owner"),
        last_used_at,
    }
}

fn receipt(ink: &Ink, name: &str, revocation: Option<Revocation>) -> Receipt {
    Receipt {
        connection: id(1),
        name: ink.t(name),
        app: ink.t("Demo tracker"),
        ended_at: minutes_ago(12),
        ended_by: ink.t("Example Owner"),
        revocation,
        code: ink.t("egress.unreachable"),
        advice: ink.t("Remove Countersign under Settings, Connected apps."),
        tries: 2,
        next_try_at: minutes_ago(-3),
        secrets_destroyed: 3,
        proposals_revoked: 1,
        entry: revocation.map(|_| id(61)),
        now: NOW,
    }
}

fn connect(ink: &Ink) -> Vec<Rendered> {
    let scope = |scope, reason, can_write| ScopeRequest {
        scope: ink.t(scope),
        reason: ink.t(reason),
        can_write,
    };
    let barrier = |name, holds, text| Barrier {
        name: ink.t(name),
        holds,
        text: ink.t(text),
    };
    let view = Connect {
        page: page(ink, Some(Nav::Connectors)),
        app_key: ink.t("tracker"),
        app: ink.t("Demo tracker"),
        writes: false,
        instance_label: ink.t("Address of your instance"),
        instance_hint: "",
        instance_example: Some(ink.t("https://tracker.example")),
        instance_url: ink.t(""),
        way: register(ink, ""),
        scopes: vec![
            scope(
                "issues:read",
                "To see when issues changed their state. Titles and texts are not requested.",
                false,
            ),
            scope(
                "issues:write",
                "To create the tickets that you approve, and nothing else.",
                true,
            ),
        ],
        barriers: vec![
            barrier(
                "The token cannot write",
                false,
                "The tracker has one scope for creating and changing issues, and creating needs it.",
            ),
            barrier(
                "The egress refuses",
                true,
                "A scan may send GET to two paths. Any other request is refused before a connection opens.",
            ),
            barrier(
                "The approval is missing",
                true,
                "The broker opens this token for a write only with an approval of exactly these bytes.",
            ),
        ],
        errors: FieldErrors::default(),
    };
    let refused = Connect {
        instance_url: ink.t("http://10.0.0.7"),
        way: register(ink, "countersign"),
        errors: FieldErrors::default().with(
            "instance_url",
            ink.t(
                "This address is private. The operator has to allow it in the configuration first.",
            ),
        ),
        ..view.clone()
    };
    let paste = Connect {
        way: ConnectWay::Paste {
            label: ink.t("Password"),
            place: ink.t("At Desk, under your name, Passwords of apps."),
            user_label: Some(ink.t("Address")),
            user: ink.t("ada@desk.example"),
            ends: ink.t("Remove the password at Desk, under your name."),
        },
        scopes: Vec::new(),
        errors: FieldErrors::default().with(
            "credential",
            ink.t("It does not look like one: copy the whole of it, and nothing else."),
        ),
        ..view.clone()
    };
    let url = ExternalUrl::parse(&ink.t("https://tracker.example.com/authorize?client_id=a"));
    let leave = url.map(|url| Leave {
        page: page(ink, None),
        app: ink.t("Demo tracker"),
        host: ink.t("tracker.example.com"),
        url,
    });
    let mut shots = vec![
        shot("connect", &view),
        shot("connect-refused", &refused),
        shot("connect-paste", &paste),
    ];
    shots.extend(leave.map(|leave| shot("connect-leave", &leave)));
    shots
}

fn register(ink: &Ink, client_id: &'static str) -> ConnectWay {
    ConnectWay::Register {
        client_id: ink.t(client_id),
        redirect_uri: ink.t("https://countersign.example.com/connectors/callback"),
        hint: ink.t("In the tracker: Settings, Applications, New application."),
    }
}

fn connection(ink: &Ink) -> Vec<Rendered> {
    let view = connected(ink);
    let scans = |state| scans::two(ink, state);
    let unneeded = Connection {
        is_raised: true,
        scans: scans::none(ink),
        last_used_at: None,
        ..view.clone()
    };
    let read = Read {
        calls: 14,
        open: 26,
        events: Some(2_410),
    };
    let waiting = Connection {
        scans: scans(ScanState::Running {
            since: minutes_ago(40),
            read,
            wait: Some((ink.t("The app asks for a pause"), minutes_ago(-12))),
        }),
        ..view.clone()
    };
    let paused = Connection {
        scans: scans(ScanState::Paused { read }),
        ..view.clone()
    };
    let scanning = Connection {
        scans: scans(ScanState::Running {
            since: minutes_ago(0),
            read,
            wait: None,
        }),
        calls: Vec::new(),
        pages: Pages::default(),
        page: with_flash(
            view.page.clone(),
            Tone::Ok,
            ink.t("Connected. The first scan has begun."),
        ),
        ..view.clone()
    };
    let mut drifted = Connection {
        state: ConnectionState::Reconnect,
        state_reason: ink.t("The tracker no longer accepts the token: the grant was revoked there. Reconnect to go on."),
        scans: scans(ScanState::Failed { read, at: minutes_ago(61), message: ink.t("The tracker answered 401. Reconnect, then scan again."), is_final: false }),
        ..view.clone()
    };
    drifted.scopes.push(ScopeRow {
        scope: ink.t("admin:org"),
        requested: false,
        granted: true,
    });
    drifted.scopes.push(ScopeRow {
        scope: ink.t("events:read"),
        requested: true,
        granted: false,
    });
    let gone = Connection {
        state: ConnectionState::Disconnected,
        state_reason: String::new(),
        receipt: Some(receipt(ink, "Demo tracker", Some(Revocation::NotPossible))),
        ..view.clone()
    };
    let told = Connection {
        receipt: Some(receipt(ink, "Demo tracker", None)),
        ..gone.clone()
    };
    let viewed = Connection {
        sharing: Sharing {
            everybody: AssetAccess::View,
            access: AssetAccess::View,
            grants: Vec::new(),
            choices: Vec::new(),
            may_share: false,
        },
        ..view.clone()
    };
    vec![
        shot("connection", &view),
        shot("connection-viewed", &viewed),
        shot("connection-unused", &unneeded),
        shot("connection-scanning", &scanning),
        shot("connection-scan-waiting", &waiting),
        shot("connection-scan-paused", &paused),
        shot("connection-reconnect", &drifted),
        shot("connection-disconnected", &gone),
        shot("connection-told", &told),
    ]
}

fn sharing(ink: &Ink) -> Sharing {
    let row = |to: String, name: &str, is_team, access| GrantRow {
        to: ink.t(&to),
        name: ink.t(name),
        is_team,
        access,
        given_by: ink.t("Example Owner"),
        given_at: days_ago(2),
        may_take: true,
    };
    Sharing {
        everybody: AssetAccess::None,
        access: AssetAccess::Edit,
        grants: vec![
            row(
                id_text::<UserId>(5),
                "Example Member",
                false,
                AssetAccess::View,
            ),
            row(id_text::<TeamId>(2), "Support", true, AssetAccess::Edit),
        ],
        choices: vec![GranteeChoice {
            value: ink.t(&id_text::<TeamId>(2)),
            text: ink.t("Support (team)"),
        }],
        may_share: true,
    }
}

fn connected(ink: &Ink) -> Connection {
    let operation = |name, access, method, path| Operation {
        name: ink.t(name),
        access,
        method: ink.t(method),
        path: ink.t(path),
    };
    let call = |minutes, operation, outcome, duration_ms, size_bytes, by| Call {
        at: minutes_ago(minutes),
        operation: ink.t(operation),
        outcome,
        duration_ms,
        size_bytes,
        by: ink.t(by),
        approval: None,
    };
    Connection {
        page: page(ink, Some(Nav::Connectors)),
        id: id(1),
        name: ink.t("Demo tracker, to read"),
        app: ink.t("Demo tracker"),
        app_key: ink.t("tracker"),
        host: ink.t("https://tracker.example"),
        state: ConnectionState::Connected,
        state_reason: String::new(),
        connected_by: ink.t("Example Owner"),
        connected_at: days_ago(12),
        last_used_at: Some(minutes_ago(4)),
        is_raised: false,
        pasted: None,
        credential_ends_at: None,
        beyond: String::new(),
        remains: String::new(),
        ends: None,
        scopes: vec![
            ScopeRow {
                scope: ink.t("issues:read"),
                requested: true,
                granted: true,
            },
            ScopeRow {
                scope: ink.t("issues:write"),
                requested: true,
                granted: true,
            },
        ],
        operations: vec![
            operation(
                "List issues",
                Access::Read,
                "GET",
                "/api/projects/{project}/issues",
            ),
            operation(
                "List the events of an issue",
                Access::Read,
                "GET",
                "/api/issues/{issue}/events",
            ),
            operation(
                "Create an issue",
                Access::Write,
                "POST",
                "/api/projects/{project}/issues",
            ),
        ],
        scans: scans::whole(ink),
        sharing: sharing(ink),
        receipt: None,
        calls: vec![
            Call {
                approval: Some(id(52)),
                ..call(
                    4,
                    "Create an issue",
                    CallOutcome::Answered(201),
                    212,
                    734,
                    "Desk assistant",
                )
            },
            call(
                95,
                "List issues",
                CallOutcome::Answered(200),
                88,
                48_120,
                "Scan by Example Owner",
            ),
            call(
                96,
                "List the events of an issue",
                CallOutcome::Answered(429),
                31,
                120,
                "Scan by Example Owner",
            ),
            call(
                97,
                "Delete an issue",
                CallOutcome::Refused(ink.t("no such operation")),
                0,
                0,
                "Desk assistant",
            ),
            call(
                98,
                "List issues",
                CallOutcome::Failed(ink.t("no answer within 30 s")),
                30_000,
                0,
                "Scan by Example Owner",
            ),
        ],
        pages: Pages {
            newer: None,
            older: Some(ink.t("/connectors/con_01jd800w000008000000000001?before=x")),
        },
    }
}
