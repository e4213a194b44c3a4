use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

/// How an actor speaks over HTTP: with a session's cookie, or a bearer token.
pub(super) struct Http {
    client: Client,
    base: String,
    credential: Credential,
}

pub(super) enum Credential {
    Person(demo::Person),
    Bearer(String),
}

impl Http {
    pub(super) fn new(base: &str, credential: Credential) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a client from the outside")]
        let client = Client::new();
        Self {
            client,
            base: base.to_owned(),
            credential,
        }
    }

    /// Sends, with an empty object as the body of what is no reading.
    pub(super) async fn send(&self, method: &Method, path: &str) -> Response {
        let body = json!({});
        let body: Option<&Value> = (*method != Method::GET).then_some(&body);
        match &self.credential {
            Credential::Person(person) => person.send(method.clone(), path, body).await.unwrap(),
            Credential::Bearer(token) => {
                let url = format!("{}{path}", self.base);
                let mut request = self.client.request(method.clone(), url).bearer_auth(token);
                if let Some(body) = body {
                    request = request.json(body);
                }
                request.send().await.unwrap()
            }
        }
    }
}
