use kernel::Secret;
use kernel::{AnonymousKeyId, ApiKeyId};
use ui::Nav;
use ui::access::{AnonymousKeyRow, AnonymousKeys, Lint};
use ui::access::{ApiKeyCreated, ApiKeyRow, ApiKeys, KeyKind, KeyState, ScopeChoice};
use ui::component::{FieldErrors, Tone};

use super::{Ink, Rendered, days_ago, id_text, minutes_ago, page, shot, with_flash, without};

pub(crate) fn pages(ink: &Ink) -> Vec<Rendered> {
    let view = ApiKeys {
        page: page(ink, Some(Nav::Keys)),
        kind: KeyKind::Personal,
        keys: vec![
            key(
                ink,
                1,
                "Desk assistant",
                &["connections.read", "insight.read", "approvals.propose"],
                KeyState::Active,
            ),
            ApiKeyRow {
                last_used_at: None,
                ..key(
                    ink,
                    2,
                    "Nightly script",
                    &["insight.read"],
                    KeyState::Active,
                )
            },
            ApiKeyRow {
                expires_at: days_ago(3),
                ..key(ink, 3, "Trial", &["insight.read"], KeyState::Expired)
            },
            ApiKeyRow {
                expires_at: days_ago(-2),
                ..key(
                    ink,
                    5,
                    "Spring report",
                    &["insight.read"],
                    KeyState::ExpiresSoon,
                )
            },
            key(
                ink,
                4,
                "Old laptop",
                &["approvals.propose"],
                KeyState::Revoked,
            ),
        ],
        is_recent: true,
        scopes: vec![
            choice(
                ink,
                "connections.read",
                "See which apps are connected",
                true,
            ),
            choice(ink, "insight.read", "Read figures about processes", true),
            choice(
                ink,
                "approvals.propose",
                "Propose writes for a person to approve",
                false,
            ),
        ],
        name: ink.t(""),
        expires_in_days: 90,
        errors: FieldErrors::default(),
    };
    let empty = ApiKeys {
        keys: Vec::new(),
        ..view.clone()
    };
    let stale = ApiKeys {
        is_recent: false,
        ..view.clone()
    };
    let reader = ApiKeys {
        page: without(view.page.clone(), "api_keys.manage"),
        ..view.clone()
    };
    let refused = ApiKeys {
        page: with_flash(
            view.page.clone(),
            Tone::Bad,
            ink.t("No key was made. Correct what is marked."),
        ),
        errors: FieldErrors::default()
            .with(
                "name",
                ink.t("Another key has this name. Choose one that approvers can tell apart."),
            )
            .with("scopes", ink.t("Choose at least one.")),
        name: ink.t("Desk assistant"),
        ..view.clone()
    };
    let created = ApiKeyCreated {
        page: page(ink, Some(Nav::Keys)),
        name: ink.t("Desk assistant"),
        key: Secret::new(ink.t("cs_sample_not_a_real_key_0123456789abcdef")),
        url: ink.t("https://countersign.example.com/mcp"),
        kind: KeyKind::Personal,
    };
    let service = ApiKeys {
        kind: KeyKind::Service,
        ..view.clone()
    };
    let service_created = ApiKeyCreated {
        page: page(ink, Some(Nav::Keys)),
        name: ink.t("Nightly export"),
        key: Secret::new(ink.t("cs_sample_not_a_real_key_0123456789abcdef")),
        url: ink.t("https://countersign.example.com/api/v1"),
        kind: KeyKind::Service,
    };
    let open = AnonymousKeys {
        page: page(ink, Some(Nav::Keys)),
        turned_on_at: Some(days_ago(4)),
        lint: Lint::Passed,
        keys: vec![anonymous_key(ink)],
        is_recent: true,
        name: ink.t(""),
        origins: ink.t(""),
        expires_in_days: 365,
        errors: FieldErrors::default(),
    };
    let closed = AnonymousKeys {
        turned_on_at: None,
        keys: Vec::new(),
        ..open.clone()
    };
    let unproven = AnonymousKeys {
        lint: Lint::NotLooked,
        is_recent: false,
        ..closed.clone()
    };
    let found = AnonymousKeys {
        lint: Lint::Found,
        errors: FieldErrors::default().with("origins", ink.t("Name 1 to 20 origins.")),
        ..open.clone()
    };
    vec![
        shot("anonymous-keys", &open),
        shot("anonymous-keys-off", &closed),
        shot("anonymous-keys-unproven", &unproven),
        shot("anonymous-keys-found", &found),
        shot("api-keys", &view),
        shot("api-keys-empty", &empty),
        shot("api-keys-stale", &stale),
        shot("api-keys-reader", &reader),
        shot("api-keys-refused", &refused),
        shot("api-key-created", &created),
        shot("service-keys", &service),
        shot("service-key-created", &service_created),
    ]
}

fn anonymous_key(ink: &Ink) -> AnonymousKeyRow {
    AnonymousKeyRow {
        id: id_text::<AnonymousKeyId>(9),
        name: ink.t("Status page"),
        prefix: ink.t("csa_7h2k"),
        origins: ink.all(&["https://www.example.com", "https://status.example.com"]),
        made_by: ink.t("Example Owner"),
        created_at: days_ago(20),
        last_used_at: Some(minutes_ago(6)),
        expires_at: days_ago(-200),
        state: KeyState::Active,
    }
}

fn key(ink: &Ink, number: u128, name: &str, scopes: &[&str], state: KeyState) -> ApiKeyRow {
    ApiKeyRow {
        id: id_text::<ApiKeyId>(number),
        name: ink.t(name),
        prefix: ink.t("cs_7h2k"),
        scopes: ink.all(scopes),
        made_by: ink.t("Example Owner"),
        created_at: days_ago(20),
        last_used_at: Some(minutes_ago(6)),
        expires_at: days_ago(-12),
        state,
    }
}

fn choice(ink: &Ink, value: &str, text: &str, chosen: bool) -> ScopeChoice {
    ScopeChoice {
        value: ink.t(value),
        text: ink.t(text),
        chosen,
    }
}
