//! Tokens that an app asks for under its own key: what comes is compared with what was asked.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use crypto::app_key::AppKey;
use kernel::Secret;
use manifest::{Apps, Manifest, Narrowed};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc2822;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::site::{Reply, Site};
use super::support::{FakeDns, listing};
use crate::egress::app_token::{AppClient, AppToken, AppTokenError, Wanted};
use crate::egress::{Egress, EgressError};

const NOW: OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

struct App {
    site: Site,
    egress: Egress,
    manifest: Manifest,
    key: AppKey,
}

impl App {
    async fn at(reply: Reply) -> Self {
        let site = Site::always(reply).await;
        let there = format!("127.0.0.1:{}", site.port());
        let mut policy = listing(&[&there]);
        let host = "api.github.com".parse().unwrap();
        policy.hosts = [(host, format!("http://{there}").parse().unwrap())]
            .into_iter()
            .collect();
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let text = include_str!("../../../../../connectors/github-app.toml");
        Self {
            site,
            egress: Egress::new(policy, Arc::<FakeDns>::default()).unwrap(),
            manifest: Apps::check(text, &[]).unwrap(),
            key: AppKey::read(&Secret::new(key.serialize_pem())).unwrap(),
        }
    }

    async fn ask(&self, wanted: &Wanted) -> Result<AppToken, AppTokenError> {
        let client = AppClient {
            manifest: &self.manifest,
            rule: self.manifest.auth.app_key().unwrap(),
            instance: None,
            app: "4711",
            installation: "90210",
            key: &self.key,
        };
        self.egress.app_token(&client, wanted, NOW).await
    }

    /// What each request was asked with, its first line before it.
    fn asked(&self) -> Vec<(String, String)> {
        let requests = self.site.requests().into_iter();
        let parts = requests.map(|request| {
            let bearer = request.header("authorization").unwrap_or_default();
            let bearer = bearer.trim_start_matches("Bearer ").to_owned();
            (request.first_line().to_owned(), bearer)
        });
        parts.collect()
    }
}

fn to_read() -> Wanted {
    Wanted {
        permissions: [("issues".to_owned(), "read".to_owned())].into(),
        narrowed: None,
    }
}

fn to_write() -> Wanted {
    let text = str::to_owned;
    Wanted {
        permissions: [(text("issues"), text("write"))].into(),
        narrowed: Some(Narrowed {
            field: text("repositories"),
            name: text("desk"),
            told: text("acme/desk"),
        }),
    }
}

fn answer(permissions: &Value, repositories: &[&str]) -> Reply {
    let repositories: Vec<_> = repositories
        .iter()
        .map(|name| json!({ "full_name": name }))
        .collect();
    let body = json!({
        "token": "ghs_4711.canary-of-a.token_", "expires_at": "2026-03-02T10:00:00Z",
        "permissions": permissions, "repositories": repositories,
    });
    Reply::with(
        "201 Created",
        "content-type: application/json\r\n",
        &body.to_string(),
    )
}

fn claims(assertion: &str) -> Value {
    let part = assertion.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_holds_what_was_asked_or_less() {
    for (permissions, wanted) in [
        (json!({ "issues": "read" }), to_read()),
        (json!({}), to_read()),
        (json!({ "issues": "read" }), to_write()),
        (json!({ "issues": "write" }), to_write()),
    ] {
        let app = App::at(answer(&permissions, &["Acme/Desk"])).await;
        let token = app.ask(&wanted).await.unwrap();
        assert_eq!(token.token.expose(), "ghs_4711.canary-of-a.token_");
        assert_eq!(token.expires_at, Some(NOW + Duration::hours(1)));
        assert_eq!(app.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_token_that_holds_more_is_ended_and_not_used() {
    for (permissions, repositories, wanted) in [
        (json!({ "issues": "write" }), &["acme/desk"][..], to_read()),
        (
            json!({ "issues": "read", "contents": "read" }),
            &["acme/desk"],
            to_read(),
        ),
        (json!({ "issues": "admin" }), &["acme/desk"], to_write()),
        (json!({ "issues": "write" }), &["acme/lamp"], to_write()),
        (json!({ "issues": "write" }), &["evil/desk"], to_write()),
        (
            json!({ "issues": "write" }),
            &["acme/desk", "acme/lamp"],
            to_write(),
        ),
        (json!({ "issues": "write" }), &[], to_write()),
    ] {
        let app = App::at(answer(&permissions, repositories)).await;
        let refused = app.ask(&wanted).await.unwrap_err();
        assert!(
            matches!(refused, AppTokenError::MoreThanAsked),
            "{permissions} {repositories:?}"
        );
        let asked = app.asked();
        assert_eq!(asked[1].0, "DELETE /installation/token HTTP/1.1");
        assert_eq!(asked[1].1, "ghs_4711.canary-of-a.token_");
    }
}

/// What a server says of its own time is heeded where an assertion is not accepted, once.
#[tokio::test]
async fn an_assertion_is_dated_by_the_providers_clock_where_the_clocks_differ() {
    let refusing = |theirs: OffsetDateTime| {
        let date = theirs.format(&Rfc2822).unwrap().replace("+0000", "GMT");
        Reply::with("401 Unauthorized", &format!("date: {date}\r\n"), "")
    };
    let theirs = NOW - Duration::minutes(10);
    let app = App::at(refusing(theirs)).await;
    assert!(matches!(
        app.ask(&to_read()).await,
        Err(AppTokenError::KeyRefused)
    ));
    let asked = app.asked();
    let made = |at: OffsetDateTime| json!(at.unix_timestamp() - 60);
    assert_eq!(asked.len(), 2);
    assert_eq!(claims(&asked[0].1)["iat"], made(NOW));
    assert_eq!(claims(&asked[1].1)["iat"], made(theirs));

    // So little is no reason, and so much is nobody's clock.
    for apart in [
        Duration::seconds(10),
        Duration::hours(2),
        Duration::days(3_650),
    ] {
        let app = App::at(refusing(NOW + apart)).await;
        assert!(matches!(
            app.ask(&to_read()).await,
            Err(AppTokenError::KeyRefused)
        ));
        assert_eq!(app.asked().len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_token_is_none() {
    let json = |body: &str| Reply::with("201 Created", "content-type: application/json\r\n", body);
    for body in [
        "",
        "[]",
        "null",
        "{",
        r#"{"token":"x"}"#,
        r#"{"token":"x","permissions":["a"]}"#,
    ] {
        let app = App::at(json(body)).await;
        let refused = app.ask(&to_read()).await.unwrap_err();
        assert!(
            matches!(
                refused,
                AppTokenError::Egress(EgressError::Malformed { .. })
            ),
            "{body}: {refused}"
        );
    }
    for body in [
        r#"{"permissions":{}}"#,
        r#"{"token":"","permissions":{}}"#,
        r#"{"token":7,"permissions":{}}"#,
    ] {
        let app = App::at(json(body)).await;
        assert!(
            matches!(app.ask(&to_read()).await, Err(AppTokenError::NoToken)),
            "{body}"
        );
    }
}
