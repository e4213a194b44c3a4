//! ID-08: what an organisation's directory may say of its people and teams, and what not (SCIM 2.0).

mod attacks;
mod groups;
mod lists;
mod oracle;
mod pages;
mod sql;
mod suspension;
mod users;

use demo::Person;
use kernel::OrganisationId;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::TestApp;

use crate::sql::fate;

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// An organisation's directory, with a key of its own and a domain.
pub(crate) struct Directory {
    http: Client,
    base: String,
    pub(crate) key: String,
    pub(crate) domain: String,
}

/// An answer of the server's.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Directory {
    /// The directory of the owner's organisation, which has verified a domain.
    pub(crate) async fn of(app: &TestApp, owner: &Person) -> Self {
        let key = service_key(owner, &["people.provision"]).await;
        let domain = format!("{}.example", &key[key.len() - 12..].to_lowercase());
        let domain = domain.replace('_', "x");
        verified(app, owner, &domain).await;
        Self::with(app, key, domain)
    }

    pub(crate) fn with(app: &TestApp, key: String, domain: String) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a directory of the test's own, on this machine"
        )]
        let http = Client::new();
        Self {
            http,
            base: format!("{}/scim/v2", app.url),
            key,
            domain,
        }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.send_with(method, path, body.map(ToString::to_string), &[])
            .await
    }

    pub(crate) async fn send_with(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method, url);
        request = request.header(AUTHORIZATION, format!("Bearer {}", self.key));
        if let Some(body) = body {
            if headers.iter().all(|(name, _)| *name != "content-type") {
                request = request.header(CONTENT_TYPE, "application/scim+json");
            }
            request = request.body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer {
            status,
            headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
        answer.body
    }

    /// An address of the directory's domain.
    pub(crate) fn address(&self, name: &str) -> String {
        format!("{name}@{}", self.domain)
    }

    /// Somebody of the directory's domain, as it describes them.
    pub(crate) fn person(&self, name: &str) -> Value {
        let address = self.address(name);
        json!({
            "schemas": [USER],
            "userName": address,
            "externalId": format!("ext-{name}"),
            "name": { "givenName": name, "familyName": "Ek" },
            "emails": [{ "value": address, "type": "work", "primary": true }],
            "active": true,
        })
    }

    /// Somebody new, provisioned. Returns their identifier.
    pub(crate) async fn made(&self, name: &str) -> String {
        let person = self.person(name);
        let answer = self.send(Method::POST, "/Users", Some(&person)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// A team with these members. Returns its identifier.
    pub(crate) async fn team(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let group = json!({ "schemas": [GROUP], "displayName": name, "members": members });
        let answer = self.send(Method::POST, "/Groups", Some(&group)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({ "schemas": [PATCH], "Operations": operations });
        self.send(Method::PATCH, path, Some(&body)).await
    }

    pub(crate) async fn active(&self, id: &str, is_active: bool) -> Answer {
        let operation = json!([{ "op": "replace", "path": "active", "value": is_active }]);
        self.patch(&format!("/Users/{id}"), operation).await
    }
}

/// A key of the organisation's own.
pub(crate) async fn service_key(owner: &Person, scopes: &[&str]) -> String {
    let form = json!({ "name": "Directory", "scopes": scopes, "expires_in_days": 1 });
    let made = owner.write(
        Method::POST,
        "/api/v1/service-keys",
        &form,
        StatusCode::CREATED,
    );
    made.await.unwrap()["key"].as_str().unwrap().to_owned()
}

/// The organisation has shown that a domain is its own.
pub(crate) async fn verified(app: &TestApp, owner: &Person, domain: &str) {
    let organisation: OrganisationId = owner.me["organisation"].as_str().unwrap().parse().unwrap();
    let statement = format!(
        "insert into identity.domains (org_id, id, domain, challenge, verified_at)
         values ('{}', gen_random_uuid(), '{domain}', md5('{domain}'), now())",
        organisation.uuid()
    );
    assert_eq!(fate(app, &statement).await, 1);
}

/// What an error says it is: status and keyword.
fn refusal(answer: &Answer) -> (u16, &str) {
    assert_eq!(
        answer.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error",
        "{answer:?}"
    );
    assert_eq!(answer.body["status"], answer.status.as_str());
    assert_eq!(answer.headers[CONTENT_TYPE], "application/scim+json");
    let keyword = answer.body["scimType"].as_str().unwrap_or_default();
    (answer.status.as_u16(), keyword)
}

/// The actions that the organisation's log holds, the newest first.
async fn log(owner: &Person) -> Vec<Value> {
    let log = owner.get("/api/v1/audit/entries").await.unwrap();
    log.as_array()
        .or_else(|| log["entries"].as_array())
        .unwrap()
        .clone()
}
