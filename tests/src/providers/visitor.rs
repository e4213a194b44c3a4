use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Response};
use url::Url;

/// A person's browser at a provider: keeps its cookies, and says where it is sent.
pub(super) struct Visitor {
    http: Client,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub(super) fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a browser, not the product")]
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            http,
            cookies: BTreeMap::new(),
        }
    }

    pub(super) async fn get(&mut self, url: &Url) -> Response {
        let request = self.http.get(url.clone()).header(COOKIE, self.cookies());
        let answer = request.send().await.unwrap();
        self.keep(answer.headers());
        answer
    }

    pub(super) async fn post(&mut self, url: &Url, form: &[(&str, &str)]) -> Response {
        let request = self.http.post(url.clone()).header(COOKIE, self.cookies());
        let answer = request.form(form).send().await.unwrap();
        self.keep(answer.headers());
        answer
    }

    fn cookies(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for cookie in headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Where an answer that was got from `from` sends its reader.
pub(super) fn sent_to(from: &Url, answer: &Response) -> Url {
    let place = answer.headers().get(LOCATION);
    let place = place.unwrap_or_else(|| panic!("{from} answered {}", answer.status()));
    from.join(place.to_str().unwrap()).unwrap()
}
