//! VA-05, VA-06: a credential leaves as its class does, where its operation takes that class, and is told nowhere.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kernel::Secret;
use manifest::Manifest;
use serde_json::json;

use super::site::{Reply, Site};
use super::support::{Door, FakeDns, TOKEN, TRACKER, listing, token};
use crate::credential::Credential;
use crate::egress::oauth::{OAuthClient, Revoked};
use crate::egress::{Egress, EgressError};

const BOT: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

fn desk() -> String {
    let guide = include_str!("../../../../../docs/connectors.md");
    let (_, example) = guide.split_once("```toml\nformat = 1").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    format!("format = 1{example}")
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// One of each class, all of the same text.
fn each(text: &str) -> [Credential; 4] {
    [
        Credential::OAuth2(secret(text)),
        Credential::ApiKey(secret(text)),
        Credential::Basic(secret(text)),
        Credential::BotToken(secret(text)),
    ]
}

/// The app of this manifest, at a site of ours.
async fn app(manifest: &str, reply: Reply) -> (Site, Door) {
    let site = Site::always(reply).await;
    let manifest = Manifest::parse(manifest).unwrap();
    let origin = format!("http://127.0.0.1:{}", site.port());
    let mut policy = listing(&[&format!("127.0.0.1:{}", site.port())]);
    let host = "api.telegram.org".parse().unwrap();
    policy.hosts = [(host, origin.parse().unwrap())].into_iter().collect();
    let rule = manifest.instance.as_ref();
    let door = Door {
        egress: Egress::new(policy, Arc::<FakeDns>::default()).unwrap(),
        instance: rule.map(|rule| rule.read(&origin).unwrap()),
        manifest,
    };
    (site, door)
}

async fn head(door: &Door, site: &Site, operation: &str, credential: &Credential) -> String {
    let planned = door.plan(operation, &json!({})).unwrap();
    let sent = door.egress.send_read(&planned, door.route(), credential);
    sent.await.unwrap();
    site.requests()[0].head.to_lowercase()
}

#[tokio::test]
async fn a_key_travels_in_the_header_of_the_manifest() {
    let (site, door) = app(&desk(), Reply::json("{}")).await;
    let key = Credential::ApiKey(secret("desk_key"));
    let head = head(&door, &site, "who_am_i", &key).await;
    assert!(head.starts_with("get /api/me http/1.1"), "{head}");
    assert!(head.contains("\r\nx-desk-key: desk_key\r\n"), "{head}");
    assert!(!head.contains("authorization"), "{head}");
}

#[tokio::test]
async fn a_key_travels_in_the_query_where_the_manifest_says_so() {
    let header = "header = \"x-desk-key\"\nprefix = \"\"";
    let manifest = desk().replace(header, "query = \"api_key\"");
    let (site, door) = app(&manifest, Reply::json("{}")).await;
    let key = Credential::ApiKey(secret("a&b=c #d"));
    let head = head(&door, &site, "who_am_i", &key).await;
    assert!(
        head.starts_with("get /api/me?api_key=a%26b%3dc+%23d http/1.1"),
        "{head}"
    );
    assert!(!head.contains("x-desk-key"), "{head}");
}

#[tokio::test]
async fn rfc_7617_2_a_user_and_a_password_travel_in_one_header() {
    let manifest = desk()
        .replace("kind = \"api_key\"", "kind = \"basic\"")
        .replace("[auth.paste]", "[auth.paste]\nuser_label = \"User\"")
        .replace(
            "[auth.credential]\nheader = \"x-desk-key\"\nprefix = \"\"\n",
            "",
        );
    let (site, door) = app(&manifest, Reply::json("{}")).await;
    let pair = "Aladdin:open sesame";
    head(&door, &site, "who_am_i", &Credential::Basic(secret(pair))).await;
    let sent = site.requests()[0].head.clone();
    let expected = format!("Basic {}", BASE64_STANDARD.encode(pair));
    assert_eq!(expected, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert!(sent.contains(&expected), "{sent}");
}

#[tokio::test]
async fn a_bots_token_stands_in_the_path_and_in_no_error() {
    let telegram = include_str!("../../../../../connectors/telegram.toml");
    let (site, door) = app(
        telegram,
        Reply::json(r#"{"ok":true,"result":{"id":7,"first_name":"Ada"}}"#),
    )
    .await;
    let bot = Credential::BotToken(secret(BOT));
    let planned = door.plan("get_me", &json!({})).unwrap();
    assert!(!format!("{planned:?}").contains(BOT));
    let answered = door.egress.send_read(&planned, door.route(), &bot).await;
    assert_eq!(
        answered.unwrap().kept,
        json!({"ok": true, "result": {"id": 7}})
    );
    assert_eq!(
        site.requests()[0].first_line(),
        format!("GET /bot{BOT}/getMe HTTP/1.1")
    );

    for reply in [
        Reply::Drop,
        Reply::Hang,
        Reply::with("404 Not Found", "", ""),
        Reply::with("302 Found", "location: https://elsewhere.example/\r\n", ""),
        Reply::json("{"),
        Reply::json(r#"{"ok":false}"#),
    ] {
        let (_site, door) = app(telegram, reply).await;
        let planned = door.plan("get_me", &json!({})).unwrap();
        let error = door.egress.send_read(&planned, door.route(), &bot).await;
        let error = error.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(
            !told.contains("AAHdq") && !told.contains("110201543"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_bots_token_that_breaks_out_of_its_segment_is_not_sent() {
    let telegram = include_str!("../../../../../connectors/telegram.toml");
    let (site, door) = app(telegram, Reply::json("{}")).await;
    let planned = door.plan("get_me", &json!({})).unwrap();
    for bad in [
        "",
        "1:a/sendMessage?x=",
        "1:a/..",
        "..",
        "1:%2e",
        "1:a\\b",
        "1:a#",
        "1:é",
        "1:a b",
        "1:a\n",
    ] {
        let bot = Credential::BotToken(secret(bad));
        let refused = door.egress.send_read(&planned, door.route(), &bot).await;
        assert_eq!(refused, Err(EgressError::Credential), "{bad:?}");
    }
    assert_eq!(
        (door.egress.sockets().opened(), site.connections().await),
        (0, 0)
    );
}

#[tokio::test]
async fn a_credential_of_another_class_is_refused_before_a_socket_opens() {
    let telegram = include_str!("../../../../../connectors/telegram.toml").to_owned();
    for (manifest, operation) in [
        (TRACKER.to_owned(), "list_issues"),
        (desk(), "who_am_i"),
        (telegram, "get_me"),
    ] {
        let (site, door) = app(&manifest, Reply::json(r#"{"ok":true}"#)).await;
        let own = door.manifest.auth.class();
        let planned = door.plan(operation, &json!({})).unwrap();
        for credential in each("1:a").iter().filter(|one| one.class() != own) {
            let refused = door
                .egress
                .send_read(&planned, door.route(), credential)
                .await;
            assert_eq!(refused, Err(EgressError::CredentialClass), "{credential:?}");
        }
        assert_eq!(
            (door.egress.sockets().opened(), site.connections().await),
            (0, 0)
        );
        for credential in each("1:a").iter().filter(|one| one.class() == own) {
            let sent = door
                .egress
                .send_read(&planned, door.route(), credential)
                .await;
            assert!(sent.is_ok(), "{sent:?}");
        }
    }
}

#[tokio::test]
async fn an_operation_that_names_two_classes_takes_both_and_no_third() {
    let both = TRACKER.replacen(
        "path = \"/api/v1/issues\"\nscopes = [\"issues:read\"]",
        "path = \"/api/v1/issues\"\nscopes = [\"issues:read\"]\ncredentials = [\"oauth2\", \"api_key\"]",
        1,
    );
    let (site, door) = app(&both, Reply::json("{}")).await;
    let planned = door.plan("list_issues", &json!({})).unwrap();
    let key = Credential::ApiKey(secret("a-key"));
    for credential in [&token(), &key] {
        door.egress
            .send_read(&planned, door.route(), credential)
            .await
            .unwrap();
    }
    let sent: Vec<_> = site.requests().into_iter().map(|one| one.head).collect();
    assert!(sent[0].contains(&format!("Bearer {TOKEN}")) && sent[1].contains("Bearer a-key"));
    let basic = Credential::Basic(secret("a:b"));
    let refused = door.egress.send_read(&planned, door.route(), &basic).await;
    assert_eq!(refused, Err(EgressError::CredentialClass));
    // The others of this manifest name none but its own.
    let events = door.plan("list_events", &json!({})).unwrap();
    let refused = door.egress.send_read(&events, door.route(), &key).await;
    assert_eq!(refused, Err(EgressError::CredentialClass));
}

#[tokio::test]
async fn a_pasted_key_ends_as_the_manifest_says_with_the_key_itself() {
    let desk = desk();
    let (before, rest) = desk.split_once("[auth.revoke]").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let revoke = "[auth.revoke]\nurl = \"{instance}/api/me/key\"\nmethod = \"DELETE\"\nauthenticate = \"token\"";
    let manifest = format!("{before}{revoke}\n\n{after}");
    let (site, door) = app(&manifest, Reply::with("204 No Content", "", "")).await;
    let client = OAuthClient {
        manifest: &door.manifest,
        instance: door.instance.as_ref(),
        id: "",
        secret: None,
    };
    let key = Credential::ApiKey(secret("desk_key"));
    assert_eq!(
        door.egress.revoke(&client, &key).await,
        Ok(Revoked::Confirmed)
    );
    let request = &site.requests()[0];
    assert_eq!(request.first_line(), "DELETE /api/me/key HTTP/1.1");
    assert!(
        request.head.contains("x-desk-key: desk_key"),
        "{}",
        request.head
    );
}
