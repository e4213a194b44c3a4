use ui::trust::{CheckedClaim, Claim, ClaimChecked, Control, Evidence, Standing, Trust};
use ui::{Nav, Page};

use super::{Ink, Rendered, minutes_ago, page, shot, visitor};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let mixed = Trust {
        page: visitor(ink),
        claims: claims(ink),
        unchecked: unchecked(ink),
        version: ink.t("0.1.0"),
    };
    let held = Trust {
        page: page(ink, Some(Nav::Trust)),
        claims: claims(ink).into_iter().take(3).collect(),
        ..mixed.clone()
    };
    let nothing = Trust {
        page: Page {
            nav: Some(Nav::Trust),
            ..page(ink, None)
        },
        claims: Vec::new(),
        ..mixed.clone()
    };
    vec![
        shot("trust", &mixed),
        shot("trust-all-hold", &held),
        shot("trust-nothing-checked", &nothing),
    ]
}

fn claims(ink: &Ink) -> Vec<CheckedClaim> {
    let claim = |id, sentence, controls| CheckedClaim {
        id: ink.t(id),
        sentence: ink.t(sentence),
        checked: ClaimChecked::Partly,
        controls,
    };
    let control = |name, says, (standing, evidence)| Control {
        name: ink.t(name),
        says: ink.t(says),
        standing,
        evidence,
    };
    let ran = |minutes, standing, text| {
        let checked_at = minutes_ago(minutes);
        let evidence = Evidence {
            checked_at,
            fresh_until: checked_at + time::Duration::hours(1),
            text: ink.t(text),
        };
        (standing, Some(evidence))
    };
    vec![
        claim(
            "AC-01",
            "Row level security is enabled and forced on every table; it holds for API calls and direct connections alike.",
            vec![control(
                "db.row_level_security",
                "Every table has forced row level security, and a direct connection sees nothing of another organisation.",
                ran(
                    4,
                    Standing::Pass,
                    "tables: 24\nwithout forced row security: 0\nrows of another tenant seen: 0",
                ),
            )],
        ),
        claim(
            "AG-01",
            "Any AI client works through MCP. Every write by an AI or an MCP client needs an explicit, logged human approval.",
            vec![
                control(
                    "egress.write_needs_approval",
                    "A write without an approval, or with one for other bytes, is refused where the request leaves.",
                    ran(4, Standing::Pass, "refused: 2 of 2, before a socket opened"),
                ),
                control(
                    "approvals.human",
                    "An API key cannot decide about a write, by the API or by SQL.",
                    ran(4, Standing::Pass, "403 by the API, refused by the policy"),
                ),
            ],
        ),
        CheckedClaim {
            checked: ClaimChecked::Holds,
            ..claim(
                "ED-02",
                "A Content-Security-Policy restricts every source kind, with a nonce per request.",
                vec![control(
                    "web.security_headers",
                    "Pages, errors and the API alike answer with a policy that restricts each kind of source, with a fresh nonce.",
                    ran(
                        4,
                        Standing::Pass,
                        "pages: 2\nnonces differ: yes\nheaders: 6 of 6",
                    ),
                )],
            )
        },
        claim(
            "ID-09",
            "Every request resolves its active organisation on the server, before any business logic.",
            vec![control(
                "web.active_organisation",
                "A request that names another organisation is answered in the one of its credential.",
                ran(180, Standing::Stale, "answers changed: 0 of 3"),
            )],
        ),
        claim(
            "CO-05",
            "A scan cannot write, whatever the scope permits.",
            vec![control(
                "egress.declared_only",
                "A call that is no declared operation is refused before a socket opens.",
                ran(
                    7,
                    Standing::Fail,
                    "POST /api/issues/1/comments was not refused\nexpected: refused before a socket opened",
                ),
            )],
        ),
        CheckedClaim {
            checked: ClaimChecked::NotNow,
            ..claim(
                "AU-02",
                "The audit log is append-only and tamper-evident, with a witness in a second trust domain.",
                vec![control(
                    "audit.tamper_evident",
                    "Every row of the audit log is in its place in a signed Merkle tree.",
                    ran(
                        9,
                        Standing::Error,
                        "the broker has not made its signing key yet",
                    ),
                )],
            )
        },
        claim(
            "CO-04",
            "Descriptions, comments and bodies are dropped at the edge.",
            vec![control(
                "egress.metadata_only",
                "Bodies that a provider sends though nobody asked are dropped at the door.",
                (Standing::NeverRun, None),
            )],
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
