//! A client of ours, as plain as it can be: what a program does that asks a person to let it in.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use demo::Person;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

pub(crate) const REDIRECT: &str = "http://127.0.0.1:8910/callback";

pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    pub(crate) id: String,
    pub(crate) verifier: String,
    pub(crate) state: String,
}

impl Client {
    /// Registers a native client (RFC 7591).
    pub(crate) async fn register(base: &str) -> Self {
        let http = plain();
        let metadata = json!({
            "client_name": "Test client", "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token",
                            "urn:ietf:params:oauth:grant-type:device_code"],
            "token_endpoint_auth_method": "none",
        });
        let answer = http
            .post(format!("{base}/oauth/register"))
            .json(&metadata)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let client: Value = answer.json().await.unwrap();
        Self::known(base, client["client_id"].as_str().unwrap())
    }

    /// A client that is registered already.
    pub(crate) fn known(base: &str, id: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: plain(),
            id: id.to_owned(),
            verifier: secret(),
            state: secret(),
        }
    }

    pub(crate) fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(crypto::digest::sha256(self.verifier.as_bytes()))
    }

    /// The request, with one parameter in another way; without it where that is empty.
    pub(crate) fn request(&self, changed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = [
            ("client_id", self.id.as_str()),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "insight.read connectors.read approvals.propose"),
            ("state", &self.state),
            ("code_challenge", &self.challenge()),
            ("code_challenge_method", "S256"),
            ("resource", &format!("{}/api", self.base)),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changed {
            all.retain(|(known, _)| known != name);
            if !value.is_empty() {
                all.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        all
    }

    /// The consent page, or whatever else the request gets.
    pub(crate) async fn ask(&self, person: &Person, changed: &[(&str, &str)]) -> Response {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.request(changed))
            .finish();
        let path = format!("/oauth/authorize?{query}");
        person.send(Method::GET, &path, None).await.unwrap()
    }

    /// The person's answer to the request.
    pub(crate) async fn answer(
        &self,
        person: &Person,
        changed: &[(&str, &str)],
        (decision, granted): (&str, &[&str]),
    ) -> Response {
        let request = self.request(changed);
        let mut form: Vec<(&str, &str)> = request
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        form.push(("decision", decision));
        form.extend(granted.iter().map(|name| ("granted", *name)));
        person.submit("/oauth/authorize", &form).await.unwrap()
    }

    /// A code that the person gave.
    pub(crate) async fn code(
        &self,
        person: &Person,
        changed: &[(&str, &str)],
        granted: &[&str],
    ) -> String {
        let answer = self.answer(person, changed, ("allow", granted)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let back = returned(&answer);
        assert_eq!(parameter(&back, "state").as_deref(), Some(&*self.state));
        assert_eq!(parameter(&back, "iss").as_deref(), Some(&*self.base));
        parameter(&back, "code").unwrap()
    }

    /// Posts to the token endpoint.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let answer = self
            .http
            .post(format!("{}/oauth/token", self.base))
            .form(form)
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) async fn redeem(&self, code: &str, changed: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form: Vec<(&str, &str)> = vec![
            ("grant_type", "authorization_code"),
            ("client_id", &self.id),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", &self.verifier),
        ];
        for (name, value) in changed {
            form.retain(|(known, _)| known != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        self.token(&form).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("client_id", &self.id),
            ("refresh_token", token),
        ])
        .await
    }

    /// The tokens of a grant for the API.
    pub(crate) async fn tokens(&self, person: &Person, granted: &[&str]) -> Value {
        let code = self.code(person, &[], granted).await;
        let (status, tokens) = self.redeem(&code, &[]).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        tokens
    }

    /// What the API says to a bearer.
    pub(crate) async fn get(&self, path: &str, token: &str) -> (StatusCode, Value) {
        let answer = self
            .http
            .get(format!("{}{path}", self.base))
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) async fn me(&self, token: &str) -> StatusCode {
        self.get("/api/v1/me", token).await.0
    }

    /// What the MCP server says to a bearer.
    pub(crate) async fn mcp(&self, token: &str) -> StatusCode {
        let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
        let answer = self
            .http
            .post(format!("{}/mcp", self.base))
            .bearer_auth(token)
            .header("accept", "application/json, text/event-stream")
            .json(&hello)
            .send()
            .await
            .unwrap();
        answer.status()
    }

    pub(crate) async fn start_device(&self, scope: &str) -> Value {
        let resource = format!("{}/api", self.base);
        let form = [
            ("client_id", self.id.as_str()),
            ("scope", scope),
            ("resource", &resource),
        ];
        let answer = self
            .http
            .post(format!("{}/oauth/device_authorization", self.base))
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub(crate) async fn answer_device(
        &self,
        person: &Person,
        device: &Value,
        decision: &str,
    ) -> String {
        let form = [
            ("user_code", device["user_code"].as_str().unwrap()),
            ("decision", decision),
            ("granted", "insight.read"),
        ];
        let answer = person.submit("/device", &form).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap()
    }

    pub(crate) async fn poll(&self, device: &Value) -> (StatusCode, Value) {
        self.token(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", &self.id),
            ("device_code", device["device_code"].as_str().unwrap()),
        ])
        .await
    }
}

/// Where the page that ends a consent goes on to.
pub(crate) fn returned(answer: &Response) -> Url {
    let onwards = answer.headers().get("refresh").unwrap().to_str().unwrap();
    onwards.strip_prefix("0; url=").unwrap().parse().unwrap()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    let found = url.query_pairs().find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a client from the outside")]
pub(crate) fn plain() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

fn secret() -> String {
    use kernel::Chance as _;
    BASE64_URL_SAFE_NO_PAD.encode(kernel::SystemRng.bytes::<32>())
}
