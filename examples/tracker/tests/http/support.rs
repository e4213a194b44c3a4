//! A tracker in this process, on a port of its own, with a clock that only the test moves.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Response, StatusCode, header};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;
use tracker::{Client, Clock, Digest, Owner, Running, Seed, Settings};
use url::Url;

pub(crate) const CLIENT_ID: &str = "desk";
pub(crate) const CLIENT_SECRET: &str = "the client's secret: 1&2+3";
pub(crate) const LOGIN: &str = "sam";
pub(crate) const PASSWORD: &str = "a long passphrase";
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// A Wednesday afternoon.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-09-16 14:30 UTC);

pub(crate) struct TestClock(Mutex<OffsetDateTime>);

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}

impl TestClock {
    pub(crate) fn pass(&self, duration: time::Duration) {
        *self.0.lock().unwrap() += duration;
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        data: None,
        client: Client {
            id: CLIENT_ID.to_owned(),
            secret: Digest::of_secret(CLIENT_SECRET).unwrap(),
            redirect_uris: vec![REDIRECT_URI.parse().unwrap()],
        },
        owner: Owner {
            login: LOGIN.to_owned(),
            password: Digest::of_secret(PASSWORD).unwrap(),
        },
        seed: Seed::Empty,
        grant_scopes: None,
        access_token_lifetime: Duration::from_hours(1),
        requests_per_minute: 10_000,
    }
}

pub(crate) struct Tracker {
    pub(crate) running: Running,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) http: reqwest::Client,
}

pub(crate) async fn tracker() -> Tracker {
    tracker_with(settings()).await
}

pub(crate) async fn simulated_tracker() -> Tracker {
    tracker_with(Settings {
        seed: Seed::Simulated,
        ..settings()
    })
    .await
}

pub(crate) async fn tracker_with(settings: Settings) -> Tracker {
    let clock = Arc::new(TestClock(Mutex::new(NOW)));
    let running = tracker::start(settings, Arc::clone(&clock) as Arc<dyn Clock>)
        .await
        .unwrap();
    Tracker {
        running,
        clock,
        http: http_client(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test is a client on the outside"
)]
pub(crate) fn http_client() -> reqwest::Client {
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder()
        .redirect(none)
        .no_proxy()
        .build()
        .unwrap()
}

/// The parameters of an authorization request that is right in everything.
pub(crate) fn request(scope: &str) -> BTreeMap<&'static str, String> {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    BTreeMap::from([
        ("response_type", "code".to_owned()),
        ("client_id", CLIENT_ID.to_owned()),
        ("redirect_uri", REDIRECT_URI.to_owned()),
        ("scope", scope.to_owned()),
        ("state", "a \"state\" & more".to_owned()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ])
}

/// The parameters of a token request that is right in everything.
pub(crate) fn exchange(code: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", REDIRECT_URI.to_owned()),
        ("code_verifier", VERIFIER.to_owned()),
        ("client_id", CLIENT_ID.to_owned()),
        ("client_secret", CLIENT_SECRET.to_owned()),
    ])
}

/// The parameters of a refresh that is right in everything.
pub(crate) fn refresh(token: &str) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("grant_type", "refresh_token".to_owned()),
        ("refresh_token", token.to_owned()),
        ("client_id", CLIENT_ID.to_owned()),
        ("client_secret", CLIENT_SECRET.to_owned()),
    ])
}

/// The query of the address that an answer redirects to.
pub(crate) fn redirected(response: &Response) -> BTreeMap<String, String> {
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let location = response.headers()[header::LOCATION].to_str().unwrap();
    assert!(
        location.starts_with(&format!("{REDIRECT_URI}?")),
        "{location}"
    );
    Url::parse(location)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

/// The hidden fields of a form, as a browser would send them.
pub(crate) fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let fields = html.split("<input type=\"hidden\" name=\"").skip(1);
    fields
        .map(|field| {
            let (name, rest) = field.split_once("\" value=\"").unwrap();
            let (value, _) = rest.split_once("\">").unwrap();
            let value = value
                .replace("&#34;", "\"")
                .replace("&#39;", "'")
                .replace("&#38;", "&");
            (name.to_owned(), value)
        })
        .collect()
}

impl Tracker {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.base_url())
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Response {
        self.http
            .get(self.url(path))
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
    }

    /// The JSON of a good answer.
    pub(crate) async fn read(&self, path: &str, token: &str) -> Value {
        let response = self.get(path, token).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    pub(crate) async fn create(&self, token: &str, issue: &Value, key: Option<&str>) -> Response {
        let request = self
            .http
            .post(self.url("/api/v1/issues"))
            .bearer_auth(token)
            .json(issue);
        let request = match key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        request.send().await.unwrap()
    }

    pub(crate) async fn post_form(&self, path: &str, form: &impl serde::Serialize) -> Response {
        self.http
            .post(self.url(path))
            .form(form)
            .send()
            .await
            .unwrap()
    }

    /// Opens the authorization endpoint as a browser does.
    pub(crate) async fn ask<I, K, V>(&self, request: I) -> Response
    where
        I: IntoIterator,
        I::Item: Borrow<(K, V)>,
        K: AsRef<str>,
        V: AsRef<str>,
    {
        let address = Url::parse_with_params(&self.url("/authorize"), request).unwrap();
        self.http.get(address).send().await.unwrap()
    }

    /// Decides on a request as the owner.
    pub(crate) async fn decide(
        &self,
        request: &BTreeMap<&'static str, String>,
        password: &str,
        decision: &str,
    ) -> Response {
        let mut form = request.clone();
        form.insert("login", LOGIN.to_owned());
        form.insert("password", password.to_owned());
        form.insert("decision", decision.to_owned());
        self.post_form("/authorize", &form).await
    }

    pub(crate) async fn code(&self, scope: &str) -> String {
        let response = self.decide(&request(scope), PASSWORD, "allow").await;
        redirected(&response).remove("code").unwrap()
    }

    /// The answer to a token request: its status and its JSON.
    pub(crate) async fn token(&self, form: &BTreeMap<&'static str, String>) -> (StatusCode, Value) {
        let response = self.post_form("/token", form).await;
        (response.status(), response.json().await.unwrap())
    }

    /// All tokens of a new grant.
    pub(crate) async fn tokens(&self, scope: &str) -> Tokens {
        let (status, answer) = self.token(&exchange(&self.code(scope).await)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        Tokens::of(&answer)
    }

    pub(crate) async fn assert_works(&self, token: &str) {
        assert_eq!(self.get("/api/v1/me", token).await.status(), StatusCode::OK);
    }

    pub(crate) async fn assert_refused(&self, token: &str) {
        assert_eq!(
            self.get("/api/v1/me", token).await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    pub(crate) fn of(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}
