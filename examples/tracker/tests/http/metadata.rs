use serde_json::Value;

use crate::support::{request, tracker};

#[tokio::test]
async fn the_metadata_names_the_endpoints_that_there_are() {
    let tracker = tracker().await;
    let address = tracker.url("/.well-known/oauth-authorization-server");
    let metadata: Value = tracker
        .http
        .get(address)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(metadata["issuer"], tracker.running.base_url());
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        true
    );

    assert_eq!(
        metadata["authorization_endpoint"],
        tracker.url("/authorize")
    );
    let page = tracker.ask(&request("issues:read")).await;
    assert_eq!(page.status(), 200);
    for endpoint in ["token_endpoint", "revocation_endpoint"] {
        let address = metadata[endpoint].as_str().unwrap();
        let empty: [(&str, &str); 0] = [];
        let response = tracker
            .http
            .post(address)
            .form(&empty)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 401, "{endpoint}");
    }
}
