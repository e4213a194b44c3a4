use demo::Person;
use kernel::{Chance as _, SystemRng, TokenHash};
use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

/// This server, as a provider knows it.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: String,
}

impl Client {
    /// One whose secret is found wherever it turns up.
    pub(super) fn new() -> Self {
        Self {
            id: "client-of-countersign".to_owned(),
            secret: random_text(),
        }
    }
}

/// A text that nothing else holds.
pub(super) fn random_text() -> String {
    TokenHash::from_digest(SystemRng.bytes::<32>()).to_hex()
}

/// Adds a connection, and begins its round trip. Returns its id and the provider's page.
pub(super) async fn begin(owner: &Person, connection: &Value, client: &Client) -> (String, Url) {
    let path = "/api/v1/connections";
    let added = owner
        .write(Method::POST, path, connection, StatusCode::CREATED)
        .await
        .unwrap();
    let id = added["id"].as_str().unwrap().to_owned();
    let page = authorize(owner, &id, client).await;
    (id, page)
}

/// Begins a round trip of a connection that is there.
pub(super) async fn authorize(owner: &Person, connection: &str, client: &Client) -> Url {
    let path = format!("/api/v1/connections/{connection}/authorize");
    let form = json!({ "client_id": client.id, "client_secret": client.secret });
    let begun = owner
        .write(Method::POST, &path, &form, StatusCode::OK)
        .await
        .unwrap();
    begun["url"].as_str().unwrap().parse().unwrap()
}

/// Comes back from the provider. Whether it led to a connection's page, as it does where the
/// connection was made.
pub(super) async fn came_back(owner: &Person, address: &Url) -> bool {
    let answer = owner.come_back(address).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let place = answer.headers()[LOCATION].to_str().unwrap();
    place.contains("/connectors/con_")
}

/// The connection as its people see it.
pub(super) async fn connection(owner: &Person, id: &str) -> Value {
    let path = format!("/api/v1/connections/{id}");
    owner.get(&path).await.unwrap()
}

/// A parameter of an address.
pub(super) fn parameter(url: &Url, name: &str) -> String {
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("{url} has no {name}"))
        .1
        .into_owned()
}

/// The address with another value in a parameter.
pub(super) fn with_parameter(url: &Url, name: &str, value: &str) -> Url {
    let others: Vec<_> = url
        .query_pairs()
        .into_owned()
        .filter(|(key, _)| key != name)
        .collect();
    let mut changed = url.clone();
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair(name, value);
    changed
}
