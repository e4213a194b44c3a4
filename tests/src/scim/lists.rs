//! What a directory looks up, and how much of it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::TestApp;

use super::{Directory, refusal};
use crate::world::signed_up;

async fn directory() -> (TestApp, Directory) {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    (app, directory)
}

fn names(list: &Value) -> Vec<String> {
    let all = list["Resources"].as_array().unwrap().iter();
    all.map(|one| {
        one["userName"]
            .as_str()
            .unwrap()
            .split('@')
            .next()
            .unwrap()
            .to_owned()
    })
    .collect()
}

async fn found(directory: &Directory, filter: &str) -> Vec<String> {
    let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    names(&directory.get(&format!("/Users?filter={filter}")).await)
}

#[tokio::test]
async fn people_are_found_by_an_index_and_by_any_filter() {
    let (_app, directory) = directory().await;
    for name in ["al", "bo", "cy"] {
        directory.made(name).await;
    }
    let bo = directory.get("/Users").await["Resources"][1].clone();
    let (id, name) = (bo["id"].as_str().unwrap(), bo["userName"].as_str().unwrap());
    directory.active(id, false).await;
    for (filter, expected) in [
        (
            format!("userName eq \"{}\"", name.to_uppercase()),
            &["bo"][..],
        ),
        (format!("id eq \"{id}\""), &["bo"]),
        ("externalId eq \"ext-cy\"".to_owned(), &["cy"]),
        ("externalId eq \"EXT-cy\"".to_owned(), &[]),
        (format!("userName eq \"{name}\" and active eq true"), &[]),
        ("active eq true".to_owned(), &["al", "cy"]),
        ("active eq \"False\"".to_owned(), &["bo"]),
        (
            "userName sw \"a\" or userName sw \"c\"".to_owned(),
            &["al", "cy"],
        ),
        (
            "emails[type eq \"work\" and value sw \"bo@\"]".to_owned(),
            &["bo"],
        ),
        ("not (name.givenName eq \"al\")".to_owned(), &["bo", "cy"]),
        (
            "meta.created gt \"2020-01-01T00:00:00Z\"".to_owned(),
            &["al", "bo", "cy"],
        ),
        ("id eq \"no identifier\"".to_owned(), &[]),
        ("userName eq \"' or true --\"".to_owned(), &[]),
    ] {
        assert_eq!(found(&directory, &filter).await, expected, "{filter}");
    }
    for wrong in [
        "colour eq \"red\"",
        "userName",
        "userName eq",
        "((userName pr)",
    ] {
        let filter: String = url::form_urlencoded::byte_serialize(wrong.as_bytes()).collect();
        let refused = directory
            .send(Method::GET, &format!("/Users?filter={filter}"), None)
            .await;
        assert_eq!(refusal(&refused), (400, "invalidFilter"), "{wrong}");
    }
    let team = directory.team("Support", &[id]).await;
    let asked = format!("id eq \"{team}\" and members eq \"{id}\"");
    let asked: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
    let list = directory
        .get(&format!(
            "/Groups?filter={asked}&excludedAttributes=members"
        ))
        .await;
    assert_eq!(
        list["totalResults"], 1,
        "as Entra ID asks whether somebody is in it"
    );
    assert!(list["Resources"][0].get("members").is_none());
}

#[tokio::test]
async fn a_list_comes_in_parts_that_add_up() {
    let (_app, directory) = directory().await;
    for number in 0..7 {
        directory.made(&format!("p{number}")).await;
    }
    let mut seen = Vec::new();
    for start in [1, 4, 7] {
        let page = directory
            .get(&format!("/Users?startIndex={start}&count=3"))
            .await;
        assert_eq!(
            (&page["totalResults"], &page["startIndex"]),
            (&json!(7), &json!(start))
        );
        assert_eq!(
            page["itemsPerPage"],
            page["Resources"].as_array().unwrap().len()
        );
        seen.extend(names(&page));
    }
    assert_eq!(seen, ["p0", "p1", "p2", "p3", "p4", "p5", "p6"]);
    for (query, left) in [
        ("count=0", 0),
        ("startIndex=100", 0),
        ("startIndex=-1&count=2", 2),
        ("count=100000", 7),
    ] {
        let page = directory.get(&format!("/Users?{query}")).await;
        assert_eq!(page["totalResults"], 7, "{query}");
        assert_eq!(page["Resources"].as_array().unwrap().len(), left, "{query}");
    }
    let page = directory
        .get("/Users?filter=active+eq+true&startIndex=3&count=2")
        .await;
    assert_eq!(
        (names(&page), &page["totalResults"]),
        (vec!["p2".to_owned(), "p3".to_owned()], &json!(7))
    );
    let short = directory.get("/Users?attributes=userName&count=1").await;
    let mut one = short["Resources"][0].as_object().unwrap().clone();
    for always in ["id", "schemas", "userName"] {
        assert!(one.remove(always).is_some(), "{always}");
    }
    assert!(one.is_empty(), "{one:?}");
}

#[tokio::test]
async fn what_is_served_and_what_not_is_said_where_clients_look() {
    let (_app, directory) = directory().await;
    let config = directory.get("/ServiceProviderConfig").await;
    for (part, is_served) in [
        ("patch", true),
        ("filter", true),
        ("etag", true),
        ("bulk", false),
        ("sort", false),
        ("changePassword", false),
    ] {
        assert_eq!(config[part]["supported"], is_served, "{part}");
    }
    assert_eq!(directory.get("/Schemas").await["totalResults"], 2);
    let types = directory.get("/ResourceTypes").await;
    assert_eq!(types["Resources"][1]["endpoint"], "/Groups");
    directory.get("/ResourceTypes/User").await;
    let schema = directory.get(&format!("/Schemas/{}", super::USER)).await;
    assert_eq!(schema["attributes"][0]["uniqueness"], "server");
    for (method, path, status) in [
        (Method::GET, "/Schemas/none", 404),
        (Method::GET, "/Schemas?filter=id+pr", 403),
        (Method::GET, "/Nothing", 404),
        (Method::GET, "/Users/usr_1", 404),
        (Method::POST, "/Schemas", 405),
        (Method::DELETE, "/Users", 405),
        (Method::POST, "/Bulk", 501),
        (Method::GET, "/Me", 501),
        (Method::POST, "/Users/.search", 501),
    ] {
        let body = (method == Method::POST).then(|| json!({}));
        let answer = directory.send(method.clone(), path, body.as_ref()).await;
        assert_eq!(refusal(&answer).0, status, "{method} {path}");
    }
    assert_eq!(
        directory.send(Method::GET, "/Users", None).await.status,
        StatusCode::OK
    );
}
