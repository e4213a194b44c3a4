//! ID-03 against issuers that are not ours: `oidc-provider`, a certified implementation, and GitHub as `emulate`
//! has it.

mod github;
mod oidc;
mod organisation;

use reqwest::StatusCode;
use url::Url;

use crate::visitor::{Shown, Visitor, between};

/// Presses a button that leads to an issuer: its page.
async fn leave(visitor: &mut Visitor, on: &str, path: &str) -> Url {
    let shown = visitor.post(on, path, &[("next", "/sessions")]).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.location);
    let link = between(&shown.text, "btn-wide\" href=\"", "\"").unwrap();
    link.replace("&#38;", "&").parse().unwrap()
}

/// Goes where an issuer sends.
async fn follow(visitor: &mut Visitor, back: &Url) -> Shown {
    let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
    visitor.get(&path).await
}

/// Fills in the form that a newcomer is shown.
async fn fill(visitor: &mut Visitor, shown: &Shown) {
    let state = between(&shown.text, "name=\"state\" value=\"", "\"")
        .unwrap_or_else(|| panic!("no form: {}", shown.text));
    let fields = [
        ("state", state.as_str()),
        ("name", "Alice"),
        ("organisation", "Works"),
    ];
    let made = visitor.post("/sign-up", "/sign-up/with", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
}
