use reqwest::header::{
    COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, ORIGIN, REFERER, SET_COOKIE,
};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::problem::text;
use crate::{Problem, TrackerOwner};

/// A person at a browser: a session cookie, and the token that writes need.
#[derive(Debug, Clone)]
pub struct Person {
    http: Client,
    base: String,
    cookie: String,
    csrf: String,
    /// Who the server says this is.
    pub me: Value,
}

impl Person {
    /// Signs up and in.
    pub async fn sign_up(base: &str, email: &str, password: &str) -> Result<Self, Problem> {
        let http = client()?;
        let form = json!({
            "email": email, "password": password,
            "name": "Demo owner", "organisation": "Demo organisation",
        });
        let answer = http
            .post(format!("{base}/api/v1/sign-up"))
            .header(ORIGIN, base)
            .json(&form)
            .send()
            .await
            .map_err(|error| Problem::Http("sign-up", error))?;
        expect("sign-up", StatusCode::ACCEPTED, answer).await?;
        Self::sign_in(base, email, password).await
    }

    /// Signs in.
    pub async fn sign_in(base: &str, email: &str, password: &str) -> Result<Self, Problem> {
        let http = client()?;
        let answer = http
            .post(format!("{base}/api/v1/sessions"))
            .header(ORIGIN, base)
            .json(&json!({ "email": email, "password": password }))
            .send()
            .await
            .map_err(|error| Problem::Http("sign-in", error))?;
        let cookie = session_cookie(answer.headers())
            .ok_or_else(|| Problem::unexpected("the sign-in set no session cookie"));
        let me = expect("sign-in", StatusCode::CREATED, answer).await?;
        let csrf = text(&me, "csrf_token")?.to_owned();
        Ok(Self {
            http,
            base: base.to_owned(),
            cookie: cookie?,
            csrf,
            me,
        })
    }

    /// Confirms the address by the link that was mailed to it, which a development server holds on a
    /// page.
    pub async fn confirm_address(&self, email: &str) -> Result<(), Problem> {
        let path = self.mailed_link(email, "/verify-address?token=").await?;
        let token = path.split_once('=').map_or("", |(_, token)| token);
        let answer = self.submit("/verify-address", &[("token", token)]).await?;
        if answer.status() == StatusCode::SEE_OTHER {
            return Ok(());
        }
        Err(Problem::unexpected(format!(
            "confirming the address answered {}",
            answer.status()
        )))
    }

    /// The path of the newest link that begins with `start` in a mail to `email`, as soon as the mail
    /// is there.
    pub async fn mailed_link(&self, email: &str, start: &str) -> Result<String, Problem> {
        for _ in 0..200 {
            let answer = self.send(Method::GET, "/dev/mailbox", None).await?;
            let page = answer
                .text()
                .await
                .map_err(|error| Problem::Http("the mailbox", error))?;
            let mail = page
                .split("<article")
                .find(|mail| mail.contains(email) && mail.contains(start));
            let link =
                mail.and_then(|mail| mail.split("href=\"").find(|rest| rest.starts_with(start)));
            if let Some((link, _)) = link.and_then(|rest| rest.split_once('"')) {
                return Ok(link.to_owned());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        Err(Problem::unexpected("the mail did not come"))
    }

    /// What a browser sends with each request, and our pages with each write.
    pub fn credentials(&self) -> HeaderMap {
        let pairs = [
            (COOKIE, &self.cookie),
            (ORIGIN, &self.base),
            (HeaderName::from_static("x-csrf-token"), &self.csrf),
        ];
        let pairs = pairs.into_iter();
        pairs
            .filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?)))
            .collect()
    }

    /// The session's token, for what somebody who stole it would do.
    pub fn session_token(&self) -> &str {
        let value = self.cookie.split_once('=').map_or("", |(_, value)| value);
        value.rsplit_once('.').map_or(value, |(token, _)| token)
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Result<Value, Problem> {
        let answer = self.send(Method::GET, path, None).await?;
        expect(path, StatusCode::OK, answer).await
    }

    /// Writes, and expects `status`.
    pub async fn write(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        status: StatusCode,
    ) -> Result<Value, Problem> {
        let answer = self.send(method, path, Some(body)).await?;
        expect(path, status, answer).await
    }

    /// Sends, and returns whatever came.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response, Problem> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .headers(self.credentials());
        if let Some(body) = body {
            request = request.json(body);
        }
        request
            .send()
            .await
            .map_err(|error| Problem::Http("the server", error))
    }

    /// Sends a page's form, and returns whatever came.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Result<Response, Problem> {
        self.submit_from("/", path, fields).await
    }

    /// Sends the form of the page `from`: a path here, or an address elsewhere.
    pub async fn submit_from(
        &self,
        from: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Response, Problem> {
        let from = if from.starts_with('/') {
            format!("{}{from}", self.base)
        } else {
            from.to_owned()
        };
        self.http
            .post(format!("{}{path}", self.base))
            .headers(self.credentials())
            .header(REFERER, from)
            .form(fields)
            .send()
            .await
            .map_err(|error| Problem::Http("the form", error))
    }

    /// Sends a file as the body.
    pub async fn upload(&self, path: &str, content: Vec<u8>) -> Result<Response, Problem> {
        self.http
            .put(format!("{}{path}", self.base))
            .headers(self.credentials())
            .header("content-type", "application/octet-stream")
            .body(content)
            .send()
            .await
            .map_err(|error| Problem::Http("the upload", error))
    }

    /// Adds a connection to an app that lives at `instance`, and authorizes it over a real OAuth
    /// round trip as `owner`. Returns the connection's id.
    pub async fn connect(
        &self,
        (app, instance, purpose): (&str, &str, &str),
        owner: &TrackerOwner,
    ) -> Result<String, Problem> {
        let form = json!({
            "app": app, "name": format!("Tracker ({purpose})"),
            "instance": instance, "purpose": purpose,
        });
        let added = self
            .write(
                Method::POST,
                "/api/v1/connections",
                &form,
                StatusCode::CREATED,
            )
            .await?;
        let id = text(&added, "id")?.to_owned();
        let client = json!({ "client_id": owner.client_id, "client_secret": owner.client_secret });
        let path = format!("/api/v1/connections/{id}/authorize");
        let begun = self
            .write(Method::POST, &path, &client, StatusCode::OK)
            .await?;
        let back = owner.allow(&self.http, text(&begun, "url")?).await?;
        let answer = self.come_back(&back).await?;
        let status = answer.status();
        let place = answer
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        if status == StatusCode::SEE_OTHER && place.is_some_and(|p| p.contains("/connectors")) {
            return Ok(id);
        }
        Err(Problem::unexpected(format!(
            "the callback answered {status}, to {place:?}"
        )))
    }

    /// Follows the provider's redirect to the callback, as a browser does: a top-level GET.
    pub async fn come_back(&self, address: &Url) -> Result<Response, Problem> {
        self.http
            .get(address.clone())
            .header(COOKIE, &self.cookie)
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .send()
            .await
            .map_err(|error| Problem::Http("the callback", error))
    }
}

/// A client that keeps no cookies and follows nothing by itself.
pub(crate) fn client() -> Result<Client, Problem> {
    #[expect(clippy::disallowed_methods, reason = "a client from the outside")]
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| Problem::Http("the HTTP client", error))
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next())
        .find(|pair| {
            pair.split('=')
                .next()
                .is_some_and(|name| name.ends_with("session"))
        })
        .map(str::to_owned)
}

/// The JSON of an answer with the expected status.
pub(crate) async fn expect(
    what: &str,
    expected: StatusCode,
    answer: Response,
) -> Result<Value, Problem> {
    let status = answer.status();
    let body = answer
        .text()
        .await
        .map_err(|error| Problem::Http("the server", error))?;
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    if status == expected {
        Ok(body)
    } else {
        Err(Problem::Status {
            what: what.to_owned(),
            status,
            body,
        })
    }
}
