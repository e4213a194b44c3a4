use reqwest::header::HeaderMap;
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = Control {
    whole: true,
    ..control(
        "web.security_headers",
        "ED-02",
        "Pages, errors and the API alike answer with a content security policy that restricts each kind of source, with a fresh nonce, and with the other security headers.",
    )
};

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

/// What each header must say; a text that it must contain.
const REQUIRED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", ""),
    ("permissions-policy", "camera=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("content-security-policy", "default-src 'none'"),
];

async fn look(context: &Context) -> Look {
    let mut nonces = Vec::new();
    for path in [
        "/sign-in",
        "/trust",
        "/sign-in",
        "/no-such-page",
        "/api/v1/me",
        "/api/openapi.json",
    ] {
        let answer = context.http.get(context.at(path)).send().await?;
        let headers = answer.headers().clone();
        for (name, contains) in REQUIRED {
            let value = text(&headers, name);
            if value.is_empty() || !value.contains(contains) {
                fail!("{path}: {name} is \"{value}\"");
            }
        }
        let policy = text(&headers, "content-security-policy");
        for unsafe_source in [
            "unsafe-inline",
            "unsafe-eval",
            "*",
            "http:",
            "https:",
            "strict-dynamic",
        ] {
            if policy
                .split([' ', ';'])
                .any(|source| source.trim_matches('\'') == unsafe_source)
            {
                fail!("{path}: the content security policy allows {unsafe_source}");
            }
        }
        if !policy.contains("frame-ancestors 'none'") || !policy.contains("base-uri 'none'") {
            fail!("{path}: the content security policy leaves frames or base open");
        }
        nonces.extend(
            policy
                .split('\'')
                .find(|part| part.starts_with("nonce-"))
                .map(str::to_owned),
        );
    }
    let all = nonces.len();
    nonces.sort();
    nonces.dedup();
    if all == 0 || nonces.len() != all {
        fail!("of {all} nonces only {} differ", nonces.len());
    }
    Ok(Found::Pass(format!(
        "6 answers, pages, errors and API, carry {} headers as they should; {all} nonces, all different",
        REQUIRED.len()
    )))
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}
