//! A browser of somebody who may not be signed in.

use demo::Person;
use reqwest::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use testkit::app::TestApp;

pub(crate) struct Browser {
    http: Client,
    base: String,
    cookies: Vec<(String, String)>,
    /// What it calls the server, if not by its name.
    pub(crate) host: Option<String>,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(app: &TestApp) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a browser, not the product")]
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            base: app.url.clone(),
            cookies: Vec::new(),
            host: None,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let mut request = self.http.get(format!("{}{path}", self.base));
        request = request.header(COOKIE, self.cookie());
        if let Some(host) = &self.host {
            request = request.header(HOST, host);
        }
        self.read(request.send().await.unwrap()).await
    }

    /// Opens a form and sends it, with the token that the page gave.
    pub(crate) async fn submit(
        &mut self,
        (form, action): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Page {
        let page = self.get(form).await;
        let csrf = page
            .text
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .unwrap_or_default();
        let csrf = csrf.split('"').next().unwrap().to_owned();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let mut request = self
            .http
            .post(format!("{}{action}", self.base))
            .header(COOKIE, self.cookie())
            .header(ORIGIN, &self.base)
            .form(&all);
        if let Some(host) = &self.host {
            request = request.header(HOST, host);
        }
        self.read(request.send().await.unwrap()).await
    }

    fn cookie(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    async fn read(&mut self, answer: Response) -> Page {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        Page {
            status: answer.status(),
            text: answer.text().await.unwrap(),
        }
    }
}

/// The token in the newest mail to `email` whose link begins with `start`.
pub(crate) async fn mailed(anybody: &Person, email: &str, start: &str) -> String {
    let link = anybody.mailed_link(email, start).await.unwrap();
    link.split_once("token=").unwrap().1.to_owned()
}
