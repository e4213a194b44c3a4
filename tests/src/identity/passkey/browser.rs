//! Chromium with its virtual authenticator: not our arithmetic, on either side of the ceremony.

use serde_json::json;

use super::*;
use crate::browser::node;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_makes_a_passkey_and_signs_in_with_it_wherever_it_may() {
    let app = named().await;
    let email = unused_address();
    Visitor::sign_up(&app, &email, PASSWORD).await;
    let input = json!({ "base": app.url, "email": email, "password": PASSWORD });
    let told = tokio::task::block_in_place(|| node("passkey.mjs", &input));
    assert_eq!(told["findings"], json!([]), "{told:#}");
    assert_eq!(told["suggested"], "Chrome on Linux", "{told:#}");
    assert_eq!(told["recovery_codes"], 10, "{told:#}");
    assert_eq!(told["listed"], "Virtual", "{told:#}");
    assert_eq!(told["discoverable"], true, "{told:#}");
    let says = |what: &str, text: &str| {
        let said = told[what].as_str().unwrap();
        assert!(said.contains(text), "{what}: {told:#}");
    };
    says("twice", "holds a passkey for you already");
    for (what, path) in [
        ("alone", "/sessions"),
        ("behind_the_field", "/sessions"),
        ("due", "/sign-in/second-factor"),
        ("second", "/security"),
        ("proved", "/sessions"),
    ] {
        assert_eq!(told[what], path, "{told:#}");
    }
    says("unverified", "did not check that it is you");
    let refused = json!({ "status": 422, "code": "identity.passkey_refused" });
    assert_eq!(told["elsewhere"], refused, "{told:#}");
    says("removed", "opens nothing here any more");
    says("gone", "not known here");
    assert_eq!(told["without_script"], true, "{told:#}");
    assert_eq!(told["button_without_script"], false, "{told:#}");
    assert_eq!(told_of(&app).await, [1, 2, 2, 2, 1]);
}

/// How often the audit log tells of each.
async fn told_of(app: &TestApp) -> [i64; 5] {
    let mut counts = [0; 5];
    let actions = ["added", "given", "signed_in_by", "wrong", "removed"];
    for (count, action) in counts.iter_mut().zip(actions) {
        let name = match action {
            "signed_in_by" => "identity.signed_in_by_passkey".to_owned(),
            other => format!("identity.passkey_{other}"),
        };
        *count = told(app, &name).await;
    }
    counts
}
