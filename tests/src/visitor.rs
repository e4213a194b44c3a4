use std::collections::BTreeMap;

use kernel::TokenHash;
use reqwest::header::{
    CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, ORIGIN, REFRESH, RETRY_AFTER, SET_COOKIE,
    USER_AGENT,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use testkit::app::{TestApp, vouch};
use url::Url;

/// Somebody who uses the pages as a browser without script does.
pub(crate) struct Visitor {
    http: Client,
    url: String,
    cookies: BTreeMap<String, String>,
    /// What it calls itself.
    pub(crate) agent: &'static str,
    /// What it calls the server, if not by its name.
    pub(crate) host: Option<&'static str>,
}

/// What came back.
pub(crate) struct Shown {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    /// Where the browser goes on to by itself.
    pub(crate) refresh: String,
    pub(crate) retry_after: Option<u32>,
    /// The content security policy.
    pub(crate) policy: String,
    pub(crate) text: String,
}

impl Visitor {
    pub(crate) fn new(url: &str) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test plays the browser")]
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        Self {
            http,
            url: url.to_owned(),
            cookies: BTreeMap::new(),
            agent: "",
            host: None,
        }
    }

    /// Signs up at the page, and in.
    pub(crate) async fn sign_up(app: &TestApp, email: &str, password: &str) -> Self {
        let mut visitor = Self::new(&app.url);
        let form = [
            ("name", "Owner"),
            ("organisation", "Organisation"),
            ("email", email),
            ("password", password),
        ];
        let shown = visitor.post("/sign-up", "/sign-up", &form).await;
        assert!(
            shown.status.is_success() || shown.status.is_redirection(),
            "{}",
            shown.text
        );
        vouch(&app.database, email).await;
        let shown = visitor.sign_in(email, password).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
        visitor
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Shown {
        let form = [
            ("email", email),
            ("password", password),
            ("next", "/security"),
        ];
        self.post("/sign-in", "/sign-in", &form).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Shown {
        let request = self.http.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    /// Sends a form as the page `on` holds it: with its anti-forgery token.
    pub(crate) async fn post(&mut self, on: &str, path: &str, form: &[(&str, &str)]) -> Shown {
        let page = self.get(on).await;
        self.post_shown(&page, path, form).await
    }

    /// A page of another site has the browser post: no cookie of ours goes along, as they are `SameSite=Lax`.
    pub(crate) async fn post_from(
        &mut self,
        origin: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Shown {
        let kept = std::mem::take(&mut self.cookies);
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header(ORIGIN, origin)
            .header("sec-fetch-site", "cross-site")
            .form(form);
        let shown = self.send(request).await;
        let fresh = std::mem::replace(&mut self.cookies, kept);
        self.cookies.extend(fresh);
        shown
    }

    /// Sends a form with the anti-forgery token that was shown.
    pub(crate) async fn post_shown(
        &mut self,
        shown: &Shown,
        path: &str,
        form: &[(&str, &str)],
    ) -> Shown {
        let token = between(&shown.text, "name=\"csrf\" value=\"", "\"").unwrap_or_default();
        let mut fields = vec![("csrf", token.as_str())];
        fields.extend_from_slice(form);
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header(ORIGIN, &self.url)
            .form(&fields);
        self.send(request).await
    }

    /// Asks the API, with the anti-forgery token that the page `on` holds: the status and the body.
    pub(crate) async fn api(
        &mut self,
        on: &str,
        (method, path): (Method, &str),
        body: &Value,
    ) -> (StatusCode, Value) {
        let page = self.get(on).await;
        let token = between(&page.text, "name=\"csrf\" value=\"", "\"").unwrap_or_default();
        let request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .header(ORIGIN, &self.url)
            .header("x-csrf-token", token)
            .json(body);
        let shown = self.send(request).await;
        let body = serde_json::from_str(&shown.text).unwrap_or(Value::Null);
        (shown.status, body)
    }

    /// What the API says of who this is: the status, and the problem's code.
    pub(crate) async fn me(&mut self) -> (StatusCode, Value) {
        let shown = self.get("/api/v1/me").await;
        let body: Value = serde_json::from_str(&shown.text).unwrap_or(json!(null));
        (shown.status, body)
    }

    /// The hash of the session's token in hexadecimal, for what SQL does with it.
    pub(crate) fn session_hash(&self) -> String {
        let (_, value) = self
            .cookies
            .iter()
            .find(|(name, _)| name.contains("session"))
            .unwrap();
        let (token, _) = value.rsplit_once('.').unwrap();
        TokenHash::from_digest(crypto::digest::sha256(token.as_bytes())).to_hex()
    }

    /// Loses a cookie.
    pub(crate) fn forget(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    /// What it keeps under that name.
    pub(crate) fn cookie(&self, name: &str) -> String {
        self.cookies[name].clone()
    }

    /// Makes a cookie up.
    pub(crate) fn forge(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Shown {
        if let Some(host) = self.host {
            request = request.header(HOST, host);
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let response = request
            .header(COOKIE, cookies.join("; "))
            .header(USER_AGENT, self.agent)
            .send()
            .await
            .unwrap();
        self.keep(&response);
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        Shown {
            status: response.status(),
            location: header(LOCATION).unwrap_or_default(),
            refresh: header(REFRESH).unwrap_or_default(),
            policy: header(CONTENT_SECURITY_POLICY).unwrap_or_default(),
            retry_after: header(RETRY_AFTER).map(|text| text.parse().unwrap()),
            text: response.text().await.unwrap(),
        }
    }

    fn keep(&mut self, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() || rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Presses a button that leads to an issuer or a provider: its page.
pub(crate) async fn leave(visitor: &mut Visitor, on: &str, path: &str) -> Url {
    let shown = visitor.post(on, path, &[("next", "/sessions")]).await;
    let (location, text) = (&shown.location, &shown.text);
    assert_eq!(shown.status, StatusCode::OK, "{location} {text}");
    let link = between(text, "btn-wide\" href=\"", "\"").unwrap();
    link.replace("&#38;", "&").parse().unwrap()
}

/// Goes where an issuer sends.
pub(crate) async fn follow(visitor: &mut Visitor, back: &Url) -> Shown {
    let path = format!("{}?{}", back.path(), back.query().unwrap_or_default());
    visitor.get(&path).await
}

/// Fills in the form that a newcomer from an issuer is shown.
pub(crate) async fn fill(visitor: &mut Visitor, shown: &Shown) -> Shown {
    let state = between(&shown.text, "name=\"state\" value=\"", "\"");
    let state = state.unwrap_or_else(|| panic!("no form: {}", shown.text));
    let fields = [
        ("state", state.as_str()),
        ("name", "Ada"),
        ("organisation", "Works"),
    ];
    visitor.post("/sign-up", "/sign-up/with", &fields).await
}

/// The text between two others.
pub(crate) fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let (found, _) = rest.split_once(after)?;
    Some(found.to_owned())
}
