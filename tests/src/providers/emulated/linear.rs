use broker::protocol::Call;
use broker::socket::{BrokerClient, CallError};
use kernel::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::world::{ADA, Emulated};
use crate::sql::number;
use crate::world::session_hash;

/// Linear, which gives no more than a token's scopes permit, and rotates what tokens are refreshed with.
async fn linear() -> Emulated {
    Emulated::start(&["linear.app", "api.linear.app"], |client, back| {
        json!({
            "service": "linear",
            "seed": { "linear": {
                "strict_scopes": true,
                "users": [{ "email": ADA, "name": "Ada", "admin": true }],
                "teams": [{ "key": "DESK", "name": "Desk", "states": [{ "name": "Todo", "type": "unstarted" }] }],
                "oauth_apps": [{
                    "client_id": client.id, "client_secret": client.secret, "name": "Countersign",
                    "redirect_uris": [back], "scopes": ["read", "write", "issues:create"],
                }],
            } },
        })
    })
    .await
}

/// Calls a read, which emulate does not know. Whatever it answers, a token left.
async fn try_to_read(linear: &Emulated, connection: &str) -> String {
    let call = Call::Read {
        connection: connection.parse().unwrap(),
        operation: "list_issues".to_owned(),
        arguments: "{}".to_owned(),
    };
    let scope = Scope::Session(session_hash(&linear.owner));
    match BrokerClient::new(&linear.app.broker_socket)
        .call(&scope, call)
        .await
    {
        Err(CallError::Failed(failure)) => failure.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_refresh_stores_another_pair_and_disconnecting_ends_the_last() {
    let linear = linear().await;
    let id = linear.connect("linear", "read").await;
    let mut tokens = Vec::new();
    for round in 1..=3 {
        assert_eq!(try_to_read(&linear, &id).await, "egress.refused");
        tokens.push(linear.bearer(&Method::POST, "/graphql"));
        assert_eq!(linear.arrived(&Method::POST, "/oauth/token"), round);
        linear.due().await;
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
    assert_eq!(linear.state(&id).await, (json!("connected"), Value::Null));
    linear
        .assert_no_secret_shows(&[format!("/connectors/{id}")])
        .await;

    let told = linear.end(&id).await;
    assert!(linear.arrived(&Method::POST, "/oauth/revoke") > 0, "{told}");
    let sealed = number(&linear.app, "select count(*) from broker.secrets").await;
    assert_eq!(sealed, 0);
}

#[tokio::test]
async fn a_token_that_reads_cannot_write_even_where_it_is_stolen() {
    let linear = linear().await;
    let id = linear.connect("linear", "read").await;
    try_to_read(&linear, &id).await;
    let token = linear.bearer(&Method::POST, "/graphql");
    let mutation = json!({
        "query": "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success } }",
        "variables": { "input": { "teamId": "DESK", "title": "Stolen" } },
    });
    let refused = linear
        .hand(Method::POST, "/graphql", (&token, &mutation))
        .await;
    assert!(refused["data"]["issueCreate"].is_null(), "{refused}");
    assert!(
        refused.to_string().to_lowercase().contains("scope"),
        "{refused}"
    );
}
