//! Codes, tokens and the end of grants.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::Secret;
use url::form_urlencoded;

use super::site::{Received, Reply, Site};
use super::support::{Door, FakeDns, GITHUB, listing, quick};
use crate::credential::Credential;
use crate::egress::oauth::{CodeExchange, OAuthClient, OAuthError, Revoked, TokenAnswer};
use crate::egress::{Egress, EgressError};

const REDIRECT: &str = "https://countersign.example/connect/callback";
const ANSWER: &str = r#"{"access_token":"at-canary","token_type":"Bearer","expires_in":3600,
    "refresh_token":"rt-canary","scope":"issues:read issues:write","id_token":"x"}"#;

/// GitHub's two hosts, both at one site.
async fn github(reply: Reply) -> (Site, Door) {
    let site = Site::always(reply).await;
    let origin: manifest::Origin = format!("http://127.0.0.1:{}", site.port()).parse().unwrap();
    let mut policy = listing(&[&format!("127.0.0.1:{}", site.port())]);
    let hosts = ["github.com", "api.github.com"];
    policy.hosts = hosts
        .map(|host| (host.parse().unwrap(), origin.clone()))
        .into_iter()
        .collect();
    let egress = Egress::new(policy, Arc::<FakeDns>::default()).unwrap();
    let manifest = manifest::Manifest::parse(GITHUB).unwrap();
    (
        site,
        Door {
            egress,
            manifest,
            instance: None,
        },
    )
}

struct Held {
    secret: Secret<String>,
    code: Secret<String>,
    verifier: Secret<String>,
}

fn held() -> Held {
    let secret = |text: &str| Secret::new(text.to_owned());
    Held {
        secret: secret("s&cret/1"),
        code: secret("c0de"),
        verifier: secret("verifier-43"),
    }
}

async fn exchange(door: &Door) -> Result<TokenAnswer, OAuthError> {
    let held = held();
    let client = client(door, &held);
    let exchange = CodeExchange {
        code: &held.code,
        verifier: &held.verifier,
        redirect_uri: REDIRECT,
    };
    door.egress.exchange_code(&client, &exchange).await
}

fn client<'a>(door: &'a Door, held: &'a Held) -> OAuthClient<'a> {
    OAuthClient {
        manifest: &door.manifest,
        instance: door.instance.as_ref(),
        id: "client-1",
        secret: Some(&held.secret),
    }
}

fn form(request: &Received) -> BTreeMap<String, String> {
    let pairs: Vec<_> = form_urlencoded::parse(request.body.as_bytes())
        .into_owned()
        .collect();
    let map: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter was sent twice");
    map
}

#[tokio::test]
async fn rfc_6749_4_1_3_a_code_becomes_tokens() {
    let site = Site::always(Reply::json(ANSWER)).await;
    let door = Door::to(&site);
    let tokens = exchange(&door).await.unwrap();
    assert_eq!(tokens.access_token.expose(), "at-canary");
    assert_eq!(tokens.refresh_token.as_ref().unwrap().expose(), "rt-canary");
    assert_eq!(tokens.expires_in_seconds, Some(3600));
    assert_eq!(
        tokens.granted_scopes.as_ref().unwrap(),
        &["issues:read", "issues:write"]
    );
    assert!(!format!("{tokens:?}").contains("canary"));

    let request = site.requests().remove(0);
    assert_eq!(request.first_line(), "POST /token HTTP/1.1");
    // RFC 6749 2.3.1: client-1 and s%26cret%2F1.
    assert_eq!(
        request.header("authorization"),
        Some("Basic Y2xpZW50LTE6cyUyNmNyZXQlMkYx")
    );
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "c0de"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", "verifier-43"),
    ];
    assert_eq!(
        form(&request),
        expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    );
}

#[tokio::test]
async fn githubs_answers_are_read_as_json_and_as_a_form() {
    let json = r#"{"access_token":"gho_x","scope":"repo,gist","token_type":"bearer"}"#;
    let as_form = "access_token=gho_x&scope=repo%2Cgist&token_type=bearer&evil=1";
    let form_type = "content-type: application/x-www-form-urlencoded; charset=utf-8\r\n";
    for reply in [Reply::json(json), Reply::with("200 OK", form_type, as_form)] {
        let (site, door) = github(reply).await;
        let tokens = exchange(&door).await.unwrap();
        assert_eq!(tokens.access_token.expose(), "gho_x");
        assert_eq!(tokens.granted_scopes.unwrap(), ["repo", "gist"]);
        // No lifetime was told, so none is known.
        assert_eq!(
            (tokens.expires_in_seconds, tokens.refresh_token.is_none()),
            (None, true)
        );
        let request = site.requests().remove(0);
        assert_eq!(
            request.first_line(),
            "POST /login/oauth/access_token HTTP/1.1"
        );
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(request.header("authorization"), None);
        assert_eq!(
            form(&request).get("client_secret").map(String::as_str),
            Some("s&cret/1")
        );
    }
}

#[tokio::test]
async fn an_error_is_an_error_whatever_its_status() {
    for (status, body, code) in [
        (
            "400 X",
            r#"{"error":"invalid_grant","error_description":"CANARY"}"#,
            "oauth.dead_grant",
        ),
        ("403 X", r#"{"error":"invalid_grant"}"#, "oauth.dead_grant"),
        (
            "200 OK",
            r#"{"error":"bad_refresh_token"}"#,
            "oauth.dead_grant",
        ),
        (
            "200 OK",
            r#"{"error":"incorrect_client_credentials"}"#,
            "oauth.refused",
        ),
        (
            "200 OK",
            r#"{"error":"x","access_token":"at"}"#,
            "oauth.refused",
        ),
        ("200 OK", r#"{"error":"CANARY <script>"}"#, "oauth.refused"),
        ("200 OK", r#"{"access_token":""}"#, "oauth.no_token"),
        ("200 OK", r#"{"access_token":null}"#, "oauth.no_token"),
        ("200 OK", r#"{"access_token":{"x":1}}"#, "oauth.no_token"),
        ("200 OK", "{}", "oauth.no_token"),
        ("200 OK", "[]", "oauth.no_token"),
        ("500 X", "{}", "egress.status"),
        ("429 X", r#"{"access_token":"at"}"#, "egress.status"),
        ("200 OK", "nonsense", "egress.malformed"),
        (
            "200 OK",
            r#"{"access_token":"a","access_token":"b"}"#,
            "egress.malformed",
        ),
    ] {
        let (_site, door) = github(Reply::with(
            status,
            "content-type: application/json\r\n",
            body,
        ))
        .await;
        let error = exchange(&door).await.unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}");
        assert!(
            !format!("{error} {error:?}").contains("CANARY"),
            "{error:?}"
        );
    }
    let page = Reply::with("502 X", "content-type: text/html\r\n", "<h1>CANARY</h1>");
    let (_site, door) = github(page).await;
    assert_eq!(exchange(&door).await.unwrap_err().code(), "egress.status");
}

#[tokio::test]
async fn a_refresh_is_sent_once_and_only_a_dead_grant_is_dead() {
    for (reply, code) in [
        (Reply::Drop, "egress.unreachable"),
        (Reply::Hang, "egress.timeout"),
        (Reply::with("503 X", "", ""), "egress.status"),
        (
            Reply::with("302 X", "location: https://evil.example/\r\n", ""),
            "egress.redirect",
        ),
        (
            Reply::with(
                "400 X",
                "content-type: application/json\r\n",
                r#"{"error":"invalid_grant"}"#,
            ),
            "oauth.dead_grant",
        ),
    ] {
        let site = Site::always(reply).await;
        let door = Door::to(&site);
        let held = held();
        let refresh_token = Secret::new("rt-1".to_owned());
        let error = door
            .egress
            .refresh(&client(&door, &held), &refresh_token)
            .await
            .unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(site.requests().len(), 1);
        let sent = form(&site.requests()[0]);
        assert_eq!(
            sent.get("grant_type").map(String::as_str),
            Some("refresh_token")
        );
        assert_eq!(sent.get("refresh_token").map(String::as_str), Some("rt-1"));
    }
}

#[tokio::test]
async fn a_grant_ends_as_the_app_wants_it_to() {
    let held = held();
    let token = Credential::OAuth2(Secret::new("at-1".to_owned()));
    let site = Site::always(Reply::with("200 OK", "", "")).await;
    let door = Door::to(&site);
    let ended = door.egress.revoke(&client(&door, &held), &token).await;
    assert_eq!(ended, Ok(Revoked::Confirmed));
    assert_eq!(site.requests()[0].first_line(), "POST /revoke HTTP/1.1");
    assert_eq!(
        form(&site.requests()[0]).get("token").map(String::as_str),
        Some("at-1")
    );

    let (site, door) = github(Reply::with("204 No Content", "", "")).await;
    let ended = door.egress.revoke(&client(&door, &held), &token).await;
    assert_eq!(ended, Ok(Revoked::Confirmed));
    let request = &site.requests()[0];
    assert_eq!(
        request.first_line(),
        "DELETE /applications/client-1/token HTTP/1.1"
    );
    assert_eq!(request.body, r#"{"access_token":"at-1"}"#);
    assert!(
        request
            .header("authorization")
            .unwrap()
            .starts_with("Basic ")
    );

    let (_site, door) = github(Reply::with("500 X", "", "")).await;
    let failed = door.egress.revoke(&client(&door, &held), &token).await;
    assert_eq!(failed.unwrap_err().code(), "egress.status");

    // Nobody knows whether it is the token or the address that is not there.
    let (_site, door) = github(Reply::with("404 X", "", "")).await;
    let failed = door.egress.revoke(&client(&door, &held), &token).await;
    assert_eq!(failed.unwrap_err().code(), "egress.refused");
}

#[tokio::test]
async fn token_calls_go_through_the_same_guard() {
    let site = Site::always(Reply::json(ANSWER)).await;
    let base = format!("https://rebind.example:{}", site.port());
    let door = Door::tracker(
        &base,
        FakeDns::with("rebind.example", &[&["127.0.0.1"]]),
        quick(),
    );
    assert_eq!(
        exchange(&door).await.unwrap_err(),
        OAuthError::Egress(EgressError::PrivateAddress)
    );
    let base = format!("http://127.0.0.1:{}", site.port());
    let door = Door::tracker(&base, Arc::default(), quick());
    assert_eq!(
        exchange(&door).await.unwrap_err(),
        OAuthError::Egress(EgressError::Insecure)
    );
    assert_eq!(site.connections().await, 0);

    let huge = format!("{{\"access_token\":\"{}\"}}", "x".repeat(70_000));
    let (_site, door) = github(Reply::json(&huge)).await;
    assert_eq!(
        exchange(&door).await.unwrap_err().code(),
        "egress.too_large"
    );
}

#[tokio::test]
async fn a_client_without_a_secret_and_one_that_climbs_are_refused() {
    let (site, door) = github(Reply::json(ANSWER)).await;
    let held = held();
    let public = OAuthClient {
        secret: None,
        ..client(&door, &held)
    };
    let token = Secret::new("at-1".to_owned());
    let refused = door.egress.refresh(&public, &token).await.unwrap_err();
    assert_eq!(refused, OAuthError::NoSecret);
    let climbing = OAuthClient {
        id: "..",
        ..client(&door, &held)
    };
    let refused = door
        .egress
        .revoke(&climbing, &Credential::OAuth2(token))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "oauth.connection");
    assert_eq!(site.connections().await, 0);
}
