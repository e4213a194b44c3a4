use ui::trust::{Claim, Control, Evidence, Outcome, Trust};
use ui::{Nav, Page};

use super::{Ink, Rendered, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mixed = Trust {
        page: visitor(ink),
        controls: controls(ink),
        unchecked: unchecked(ink),
        version: ink.t("0.1.0"),
    };
    let held = Trust {
        page: page(ink, Some(Nav::Trust)),
        controls: controls(ink).into_iter().take(4).collect(),
        ..mixed.clone()
    };
    let nothing = Trust {
        page: Page {
            nav: Some(Nav::Trust),
            ..page(ink, None)
        },
        controls: Vec::new(),
        ..mixed.clone()
    };
    vec![
        shot("trust", &mixed),
        shot("trust-all-hold", &held),
        shot("trust-nothing-checked", &nothing),
    ]
}

fn controls(ink: &Ink) -> Vec<Control> {
    let control = |claim, sentence, name, method, evidence| Control {
        claim: ink.t(claim),
        sentence: ink.t(sentence),
        name: ink.t(name),
        method: ink.t(method),
        evidence,
    };
    let ran = |minutes, outcome, text| {
        let checked_at = minutes_ago(minutes);
        Some(Evidence {
            checked_at,
            fresh_until: checked_at + time::Duration::hours(1),
            outcome,
            text: ink.t(text),
        })
    };
    vec![
        control(
            "AC-01",
            "Row level security is enabled and forced on every table; it holds for API calls and direct connections alike.",
            "access.forced_rls",
            "Counts tables without forced row security, and reads every table as another tenant over a direct connection.",
            ran(
                4,
                Outcome::Pass,
                "tables: 24\nwithout forced row security: 0\nrows of another tenant seen: 0",
            ),
        ),
        control(
            "AG-01",
            "Every write by an AI or an MCP client needs an explicit, logged human approval.",
            "agents.write_without_approval",
            "Asks the broker for a write with no approval, an expired one and a used one.",
            ran(4, Outcome::Pass, "refused: 3 of 3, before a socket opened"),
        ),
        control(
            "AU-02",
            "The audit log is append-only and tamper-evident.",
            "audit.verify",
            "Recomputes the tree and compares it with the last signed checkpoint.",
            ran(
                12,
                Outcome::Pass,
                "entries: 18,204\nroot: yB4oG0mU2vX1cQ9r…\nsignature: valid",
            ),
        ),
        control(
            "ED-02",
            "A Content-Security-Policy restricts every source kind, with a nonce per request.",
            "edge.headers",
            "Fetches two pages and compares their headers and nonces.",
            ran(
                4,
                Outcome::Pass,
                "pages: 2\nnonces differ: yes\nheaders: 6 of 6",
            ),
        ),
        control(
            "ID-09",
            "Every request resolves its active organisation on the server, before any business logic.",
            "identity.forged_organisation",
            "Sends a forged organisation in header, path and body.",
            ran(180, Outcome::Pass, "answers changed: 0 of 3"),
        ),
        control(
            "CO-05",
            "A scan cannot write, whatever the scope permits.",
            "connectors.egress",
            "Tries every method on every path that is not declared.",
            ran(
                7,
                Outcome::Fail,
                "POST /api/issues/1/comments was not refused\nexpected: refused before a socket opened",
            ),
        ),
        control(
            "VA-06",
            "Plaintext exists only in the broker and only for the provider call.",
            "vault.canary",
            "Looks for a canary token in logs, processes, answers and a dump.",
            ran(
                9,
                Outcome::Error,
                "could not read /proc/4711/environ: permission denied",
            ),
        ),
        control(
            "CO-04",
            "Descriptions, comments and bodies are dropped at the edge.",
            "connectors.canary_body",
            "Lets a provider send a canary body and looks for it in every store.",
            None,
        ),
    ]
}

fn unchecked(ink: &Ink) -> Vec<Claim> {
    let claim = |id, sentence| Claim {
        id: ink.t(id),
        sentence: ink.t(sentence),
    };
    vec![
        claim(
            "BK-01",
            "Backups run nightly and count only after integrity gates.",
        ),
        claim(
            "ID-02",
            "Multi-factor sign-in: TOTP, passkeys and one-time recovery codes.",
        ),
        claim("SB-01", "Each person gets a dedicated sandbox container."),
        claim(
            "WH-01",
            "Outgoing webhooks are signed per endpoint and every attempt is kept.",
        ),
        claim(
            "SC-02",
            "Releases are signed; the companion verifies what it updates to.",
        ),
        claim(
            "PR-02",
            "A tenant is pinned to a region's database, keys and files.",
        ),
    ]
}
