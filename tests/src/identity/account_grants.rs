//! PR-01: what names somebody in their organisations is in their export.

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::account::text;
use crate::access::colleague;
use crate::oauth::client::Client;
use crate::world::World;

#[tokio::test]
async fn an_export_holds_the_teams_grants_and_ai_clients_that_name_them() {
    let world = World::start().await;
    let bo = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let other = colleague(&world.app, &world.owner, "PARTICIPANT-40").await;
    let mut teams = Vec::new();
    for name in ["Bo's team", "Somebody else's team"] {
        let named = json!({ "name": name });
        let made = world
            .owner
            .write(Method::POST, "/api/v1/teams", &named, StatusCode::CREATED)
            .await
            .unwrap();
        teams.push(made["id"].as_str().unwrap().to_owned());
    }
    for (team, member) in [(&teams[0], &bo), (&teams[1], &other)] {
        let path = format!("/api/v1/teams/{team}/members");
        let joins = json!({ "user": member.me["user"] });
        put(&world.owner, &path, &joins).await;
    }
    for (to, access) in [(&bo, "edit"), (&other, "view")] {
        let given = json!({ "to": to.me["user"], "access": access });
        put(&world.owner, &grants_of(&world.writing), &given).await;
    }
    let given = json!({ "to": other.me["user"], "access": "view" });
    put(&bo, &grants_of(&world.reading), &given).await;
    let client = Client::register(&world.app.url).await;
    client.tokens(&bo, &["insight.read"]).await;
    let document: Value = serde_json::from_str(&text(&bo, "/account/export").await).unwrap();
    let [team] = &document["teams"].as_array().unwrap()[..] else {
        panic!("{document}");
    };
    assert_eq!(
        (&team["id"], &team["name"], &team["organisation"]),
        (
            &json!(teams[0]),
            &json!("Bo's team"),
            &bo.me["organisation"]
        )
    );
    let mut grants: Vec<(String, bool, bool)> = document["asset_grants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| {
            let connection = grant["connection"].as_str().unwrap().to_owned();
            (
                connection,
                grant["is_to_me"] == true,
                grant["is_by_me"] == true,
            )
        })
        .collect();
    grants.sort();
    let mut expected = vec![
        (world.writing.clone(), true, false),
        (world.reading.clone(), false, true),
    ];
    expected.sort();
    assert_eq!(grants, expected);
    let [grant] = &document["ai_clients"].as_array().unwrap()[..] else {
        panic!("{document}");
    };
    assert_eq!(
        (&grant["client"], &grant["scopes"], &grant["organisation"]),
        (
            &json!("Test client"),
            &json!(["insight.read"]),
            &bo.me["organisation"]
        )
    );
    assert!(grant["resource"].as_str().unwrap().starts_with("http"));
    // Whom else the things are given to is theirs.
    let others = other.me["user"].as_str().unwrap();
    for part in ["teams", "asset_grants", "ai_clients"] {
        assert!(!document[part].to_string().contains(others), "{part}");
    }
}

fn grants_of(connection: &str) -> String {
    format!("/api/v1/connections/{connection}/grants")
}

async fn put(person: &Person, path: &str, body: &Value) {
    let answer = person.send(Method::PUT, path, Some(body)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT, "{path}");
}
