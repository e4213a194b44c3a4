use ui::Nav;
use ui::access::ScopeChoice;
use ui::oauth::{Consent, ConsentClient, Device, DeviceState, GrantRow, Grants, Leave, Limit};

use super::{Ink, Rendered, days_ago, id, minutes_ago, page, shot};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let rooms = [consents(ink), devices(ink), grants(ink), limits(ink)];
    rooms.into_iter().flatten().collect()
}

fn consents(ink: &Ink) -> Vec<Rendered> {
    let choice = |value, text| ScopeChoice {
        value: ink.t(value),
        text: ink.t(text),
        chosen: true,
    };
    let asked = Consent {
        page: page(ink, None),
        client: ConsentClient {
            name: ink.t("Desk assistant"),
            place: ink.t("127.0.0.1, on this computer"),
            verified: false,
        },
        person: ink.t("Example Owner"),
        organisation: ink.t("Example Works"),
        scopes: vec![
            choice("insight.read", "Read event logs' statistics."),
            choice(
                "approvals.propose",
                "Propose a write for somebody to approve.",
            ),
        ],
        lasts_days: 90,
        action: "/oauth/authorize",
        request: vec![("client_id", ink.t("oac_0")), ("state", ink.t("xyz"))],
        error: String::new(),
    };
    let nothing_chosen = Consent {
        client: ConsentClient {
            verified: true,
            ..asked.client.clone()
        },
        error: ink.t("Leave at least one ticked, or deny."),
        ..asked.clone()
    };
    let leave = |granted| Leave {
        page: page(ink, None),
        client_name: ink.t("Desk assistant"),
        granted,
        url: ink.t("http://127.0.0.1:8910/callback?code=x&state=y"),
    };
    vec![
        shot("oauth-consent", &asked),
        shot("oauth-consent-refused", &nothing_chosen),
        shot("oauth-leave-granted", &leave(true)),
        shot("oauth-leave-denied", &leave(false)),
    ]
}

fn devices(ink: &Ink) -> Vec<Rendered> {
    let device = |state| Device {
        page: page(ink, None),
        state,
    };
    let asks = |code, error| DeviceState::Asks {
        code: ink.t(code),
        error,
    };
    let wrong = ink.t("No device waits with this code. It may have expired.");
    vec![
        shot("oauth-device", &device(asks("", String::new()))),
        shot("oauth-device-wrong", &device(asks("BCDF-GHJK", wrong))),
        shot("oauth-device-granted", &device(DeviceState::Granted)),
        shot("oauth-device-denied", &device(DeviceState::Refused)),
    ]
}

fn grants(ink: &Ink) -> Vec<Rendered> {
    let row = |number, client: &str, verified, used| GrantRow {
        id: id(number),
        client: ink.t(client),
        verified,
        person: ink.t("Example Member"),
        scopes: ink.all(&["insight.read", "approvals.propose", "connectors.read"]),
        agent: ink.t("python-httpx2/2.16"),
        address: ink.t("203.0.113.17"),
        created_at: days_ago(12),
        last_used_at: used,
        ends_at: days_ago(-30),
    };
    let view = Grants {
        page: page(ink, Some(Nav::Clients)),
        own: vec![
            row(1, "Desk assistant", false, Some(minutes_ago(4))),
            row(2, "Countersign Desktop", true, None),
        ],
        others: vec![row(
            3,
            "A client whose name is rather long and goes on for a while",
            false,
            Some(minutes_ago(600)),
        )],
        manages: true,
        most: None,
        mcp_url: ink.t("https://countersign.example/mcp"),
    };
    let none = Grants {
        own: Vec::new(),
        others: Vec::new(),
        ..view.clone()
    };
    let limited = Grants {
        most: Some(ink.all(&["approvals.read", "insight.read"])),
        ..view.clone()
    };
    let stopped = Grants {
        most: Some(Vec::new()),
        ..none.clone()
    };
    vec![
        shot("oauth-grants", &view),
        shot("oauth-grants-none", &none),
        shot("oauth-grants-limited", &limited),
        shot("oauth-grants-stopped", &stopped),
    ]
}

fn limits(ink: &Ink) -> Vec<Rendered> {
    let permission = |name: &str, text: &str, chosen| ScopeChoice {
        value: ink.t(name),
        text: ink.t(text),
        chosen,
    };
    let limit = |is_limited, is_most, is_recent| Limit {
        is_recent,
        page: page(ink, Some(Nav::Settings)),
        is_limited,
        permissions: vec![
            permission(
                "approvals.propose",
                "Propose a write for somebody to approve.",
                is_most,
            ),
            permission("insight.read", "Read event logs' statistics.", true),
        ],
    };
    vec![
        shot("oauth-limit", &limit(true, false, true)),
        shot("oauth-limit-none", &limit(false, true, true)),
        shot("oauth-limit-stale", &limit(true, false, false)),
    ]
}
