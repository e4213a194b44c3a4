//! ID-09, AC-01: an identifier of another tenant answers like one that was made up, on every route
//! of the table that takes one; generated from the table, so that a new route is in it.
//!
//! Pages' writes are left out: each calls the operation of the API's route.

use std::collections::{BTreeMap, BTreeSet};

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use web::{Pace, RouteInfo, Surface};

use super::tenant::{fill, second_tenant};
use crate::world::World;

/// A body that is taken as far as the identifier.
fn body(route: &RouteInfo) -> Value {
    match route.path.as_str() {
        "/api/v1/approvals/{id}/decision" => {
            json!({ "verdict": "approve", "note": "", "payload_hash": "00".repeat(32) })
        }
        "/api/v1/approvals/{id}/resolution" => json!({ "outcome": "happened" }),
        "/api/v1/passkeys/{id}" if route.method == Method::PATCH => json!({ "name": "Mine now" }),
        "/api/v1/roles/{id}" => {
            json!({ "name": "Theirs", "level": 20, "permissions": ["people.read"] })
        }
        "/api/v1/people/{id}/standing" => json!({ "role": "PARTICIPANT", "level": 20 }),
        "/api/v1/teams/{id}" => json!({ "name": "Theirs" }),
        "/api/v1/teams/{id}/members" => json!({ "user": "usr_00000000000000000000000000" }),
        "/api/v1/connections/{id}/grants" => {
            json!({ "to": "usr_00000000000000000000000000", "access": "view" })
        }
        "/api/v1/connections/{id}/everybody" => json!({ "access": "edit" }),
        "/api/v1/connections/{id}/authorize" => json!({ "client_id": "x" }),
        "/api/v1/connections/{id}/credential" => json!({ "class": "api_key", "credential": "x" }),
        _ => json!({}),
    }
}

fn is_read(route: &RouteInfo) -> bool {
    route.method == Method::GET && route.pace != Pace::Stream
}

/// What everybody may see, what moves by itself, and what the log tells of when it is read.
const NOBODYS: [&str; 3] = [
    "/api/v1/trust",
    "/api/v1/audit/checkpoint",
    "/api/v1/account/export",
];

/// What a person's lists say, by address.
async fn lists(person: &Person) -> BTreeMap<String, String> {
    let mut lists = BTreeMap::new();
    let routes = web::routes();
    let plain = routes
        .iter()
        .filter(|route| is_read(route) && route.surface == Surface::Api)
        .filter(|route| route.path.starts_with("/api/v1/") && !route.path.contains('{'))
        .filter(|route| !NOBODYS.contains(&route.path.as_str()))
        // An anonymous key's, and no person's.
        .filter(|route| route.access != web::Access::AnonymousKey);
    let settled = "/api/v1/approvals?state=settled".to_owned();
    for path in plain.map(|route| route.path.clone()).chain([settled]) {
        let answer = person.send(Method::GET, &path, None).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        lists.insert(path, without_places(&answer.text().await.unwrap()));
    }
    lists
}

/// An entry of the audit log gets its place a moment later, and the use of a key is written down then.
fn without_places(text: &str) -> String {
    let mut left = text.to_owned();
    for moved in ["\"leaf_index\":", "\"last_used_at\":"] {
        let whole = std::mem::take(&mut left);
        let mut parts = whole.split(moved);
        left.push_str(parts.next().unwrap_or_default());
        for part in parts {
            left.push_str(part.trim_start_matches(|c| c != ',' && c != '}'));
        }
    }
    left
}

/// Texts of the form `kind_` and 26 characters.
fn identifiers(lists: &BTreeMap<String, String>) -> BTreeSet<String> {
    let words = lists
        .values()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let is_identifier = |word: &&str| {
        word.split_once('_')
            .is_some_and(|(kind, rest)| kind.len() == 3 && rest.len() == 26)
    };
    words.filter(is_identifier).map(str::to_owned).collect()
}

#[tokio::test]
async fn another_tenants_identifiers_lead_nowhere_on_any_route() {
    let world = World::start().await;
    fill(&world, &world.owner).await;
    let other = second_tenant(&world).await;
    let before = lists(&other).await;
    let mine = identifiers(&lists(&world.owner).await);
    let theirs: BTreeSet<String> = identifiers(&before).difference(&mine).cloned().collect();
    let kinds: BTreeSet<&str> = theirs.iter().map(|id| &id[..3]).collect();
    for kind in [
        "apr", "con", "key", "log", "pky", "rol", "ses", "tea", "usr",
    ] {
        assert!(
            kinds.contains(kind),
            "of {kind} there is nothing in {theirs:?}"
        );
    }
    let routes = web::routes();
    let routes = routes.iter().filter(|route| {
        let is_tried = route.surface == Surface::Api || is_read(route);
        // What a directory asks for no person asks for (`scim/attacks.rs`).
        is_tried && route.surface != Surface::Scim && route.path.contains("{id}")
    });
    let mut tried = 0;
    for route in routes {
        // One of each kind: the rest are alike.
        for kind in &kinds {
            let id = theirs.iter().find(|id| id.starts_with(kind)).unwrap();
            let path = route.path.replace("{id}", id);
            let body = (route.method != Method::GET).then(|| body(route));
            let answer = world
                .owner
                .send(route.method.clone(), &path, body.as_ref())
                .await
                .unwrap();
            let status = answer.status();
            assert_eq!(status, StatusCode::NOT_FOUND, "{} {path}", route.method);
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} were tried");
    let after = lists(&world.owner).await;
    let seen: BTreeSet<String> = identifiers(&after).intersection(&theirs).cloned().collect();
    assert!(seen.is_empty(), "{seen:?} are another tenant's");
    for (path, now) in lists(&other).await {
        assert_eq!(before[&path], now, "{path} was changed by a stranger");
    }
}
