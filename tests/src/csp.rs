//! ED-02: what an evaluator that is not ours says of the content security policy.

use serde_json::{Value, json};
use testkit::app::TestApp;

use crate::browser::node;
use crate::visitor::Visitor;

#[tokio::test]
async fn the_policy_of_pages_errors_and_the_api_has_no_finding() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app.url);
    let mut policies = Vec::new();
    for path in [
        "/sign-in",
        "/sign-up",
        "/trust",
        "/no-such-page",
        "/api/v1/me",
    ] {
        policies.push(visitor.get(path).await.policy);
    }
    policies.push("script-src 'unsafe-inline'".to_owned());
    let found = node("csp.mjs", &json!({ "policies": policies }));
    let mut found = found.as_array().unwrap().clone();
    // It does find what is weak.
    assert_ne!(found.pop(), Some(json!([])));
    let sound: Vec<Value> = vec![json!([]); found.len()];
    assert_eq!(found, sound);
}
