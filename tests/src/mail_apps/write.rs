//! A mail, sent.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::World;
use crate::mail::server::MailServer;
use crate::world::{decide, rows_with, settled};

/// As `tests/smtp/server.py` has them.
const USER: &str = "countersign";
const PASSWORD: &str = "smtp password";

fn letter() -> Value {
    json!({
        "from": "ada@mail.test", "to": ["ben@example.com", "eve@example.com"], "cc": ["kim@example.com"],
        "subject": "Übergabe um neun", "text": "Grüße\n.\n.hidden\nQUIT\n",
    })
}

async fn propose(world: &World, connection: &str, arguments: &Value) -> (u16, Value) {
    let form =
        json!({ "connection": connection, "operation": "send_mail", "arguments": arguments });
    let made = world
        .owner
        .send(Method::POST, "/api/v1/approvals", Some(&form))
        .await
        .unwrap();
    (made.status().as_u16(), made.json().await.unwrap())
}

/// Proposes a mail, approves it, and returns the proposal as it came to rest.
async fn sent(world: &World, connection: &str) -> Value {
    let (status, made) = propose(world, connection, &letter()).await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    decide(&world.owner, id, "approve", &made["payload_hash"]).await;
    settled(&world.owner, id).await
}

#[tokio::test]
async fn a_mail_that_was_countersigned_is_sent_once_and_says_what_was_approved() {
    for (mode, scheme) in [("implicit", "smtps"), ("take", "smtp")] {
        let server = MailServer::start(mode, "localhost", &["--login"]);
        let world = World::start(server.authority(), &[server.port()]).await;
        let instance = format!("{scheme}://localhost:{}", server.port());
        let id = world
            .connected(("smtp", &instance, "write"), (USER, PASSWORD))
            .await;
        // To verify the password nothing was sent.
        assert!(
            !server.heard().contains(&"MAIL".to_owned()),
            "{:?}",
            server.heard()
        );

        let (_, made) = propose(&world, &id, &letter()).await;
        let proposal = made["id"].as_str().unwrap();
        let page = world.page(&format!("/approvals/{proposal}")).await;
        for text in [
            "ada@mail.test",
            "ben@example.com",
            "kim@example.com",
            "Übergabe um neun",
            ".hidden",
        ] {
            assert!(page.contains(text), "{text}");
        }
        assert!(server.mails().is_empty());
        decide(&world.owner, proposal, "approve", &made["payload_hash"]).await;
        let proposal = settled(&world.owner, proposal).await;
        assert_eq!(proposal["state"], "executed", "{proposal}");
        let [mail] = <[Value; 1]>::try_from(server.mails()).unwrap();
        assert_eq!(mail["from"], "ada@mail.test");
        assert_eq!(
            mail["to"],
            json!(["ben@example.com", "eve@example.com", "kim@example.com"])
        );
        assert_eq!(
            (&mail["encrypted"], &mail["login"]),
            (&json!(true), &json!(USER))
        );
        let text = mail["text"].as_str().unwrap();
        let key = made["id"].as_str().unwrap();
        assert!(
            text.contains(&format!("Message-ID: <{key}@mail.test>")),
            "{text}"
        );
        assert!(
            text.contains("To: ben@example.com, eve@example.com\r\nCc: kim@example.com\r\n"),
            "{text}"
        );
        assert!(
            text.ends_with("\r\n\r\nGr=C3=BC=C3=9Fe\r\n.\r\n.hidden\r\nQUIT\r\n"),
            "{text}"
        );
        assert!(!text.to_lowercase().contains("bcc:"));
        assert_eq!(rows_with(&world.app, PASSWORD).await, Vec::<String>::new());
        assert_eq!(rows_with(&world.app, ".hidden").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn one_refused_recipient_refuses_the_mail_for_all() {
    for (mode, state) in [("never", "failed"), ("later", "failed")] {
        let server = MailServer::start(mode, "localhost", &["--login"]);
        let world = World::start(server.authority(), &[server.port()]).await;
        let instance = format!("smtp://localhost:{}", server.port());
        let id = world
            .connected(("smtp", &instance, "write"), (USER, PASSWORD))
            .await;
        let proposal = sent(&world, &id).await;
        assert_eq!(proposal["state"], state, "{proposal}");
        assert!(server.mails().is_empty());
        assert!(
            !server.heard().contains(&"DATA".to_owned()),
            "{:?}",
            server.heard()
        );
        // What the server said of it is nowhere.
        assert!(!proposal.to_string().contains("No such user"));
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_before_anything_is_kept() {
    let server = MailServer::start("implicit", "localhost", &["--login"]);
    let world = World::start(server.authority(), &[server.port()]).await;
    let instance = format!("smtps://localhost:{}", server.port());
    let id = world.add("smtp", &instance, "write").await;
    let (status, told) = world.give(&id, USER, "canary-wrong").await;
    let expected = (422, &json!("connectors.credential_refused"));
    assert_eq!((status, &told["code"]), expected, "{told}");
    assert_eq!(
        rows_with(&world.app, "canary-wrong").await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_server_that_offers_no_encryption_hears_no_password() {
    let server = MailServer::start("plain", "localhost", &[]);
    let world = World::start(server.authority(), &[server.port()]).await;
    let instance = format!("smtp://localhost:{}", server.port());
    let id = world.add("smtp", &instance, "write").await;
    let (_, told) = world.give(&id, USER, PASSWORD).await;
    assert_eq!(told["code"], json!("egress.tls"), "{told}");
    assert!(
        !server
            .heard()
            .iter()
            .any(|said| said == "AUTH" || said == "MAIL"),
        "{:?}",
        server.heard()
    );
}

#[tokio::test]
async fn what_would_be_more_than_a_mail_is_refused_when_it_is_proposed() {
    let server = MailServer::start("implicit", "localhost", &["--login"]);
    let world = World::start(server.authority(), &[server.port()]).await;
    let instance = format!("smtps://localhost:{}", server.port());
    let id = world
        .connected(("smtp", &instance, "write"), (USER, PASSWORD))
        .await;
    let many: Vec<String> = (0..51).map(|n| format!("p{n}@example.com")).collect();
    for (name, bad) in [
        ("subject", json!("Hand-over\r\nBcc: eve@evil.example")),
        (
            "subject",
            json!("=?utf-8?q?=0D=0ABcc:_eve=40evil.example?="),
        ),
        ("subject", json!(" ")),
        ("from", json!("\"ceo@example.com\" <ada@mail.test>")),
        ("from", json!("ada@mail.test\r\nBcc: eve@evil.example")),
        ("to", json!([])),
        ("to", json!(["Team: ben@example.com, eve@example.com;"])),
        ("to", json!(["ben@example.com", "Ben@Example.com"])),
        (
            "to",
            json!(["ben@example.com>\r\nRCPT TO:<eve@evil.example"]),
        ),
        ("to", json!(["ben@bücher.example"])),
        ("to", json!(many)),
        ("to", json!("ben@example.com")),
        ("cc", json!([])),
        ("bcc", json!(["eve@evil.example"])),
        ("text", json!("a\r\n.\r\nMAIL FROM:<eve@evil.example>")),
        ("text", json!("")),
        ("message_id", json!("apr_01jq2m5x8e9f0g1h")),
    ] {
        let mut arguments = letter();
        arguments[name] = bad;
        let (status, told) = propose(&world, &id, &arguments).await;
        assert_eq!(status, 422, "{arguments} {told}");
    }
    assert!(server.mails().is_empty());
}

/// Many servers let whoever signs in say anything: here the account's own address alone is said.
#[tokio::test]
async fn a_mail_from_another_address_than_the_accounts_is_refused_before_anybody_is_asked() {
    let server = MailServer::start("implicit", "localhost", &["--login"]);
    let world = World::start(server.authority(), &[server.port()]).await;
    let instance = format!("smtps://localhost:{}", server.port());
    let account = ("ada@mail.test", PASSWORD);
    let app = ("smtp", instance.as_str(), "write");
    let id = world.connected(app, account).await;
    let mut other = letter();
    other["from"] = json!("eve@mail.test");
    let (status, told) = propose(&world, &id, &other).await;
    assert_eq!((status, &told["code"]), (422, &json!("broker.arguments")));
    assert!(
        told.to_string()
            .contains("another address than the account"),
        "{told}"
    );
    let all = world.owner.get("/api/v1/approvals").await.unwrap();
    assert_eq!(all["approvals"], json!([]), "{all}");
    assert_eq!(sent(&world, &id).await["state"], "executed");
}

#[tokio::test]
async fn a_server_that_sends_is_connected_for_nothing_else() {
    let server = MailServer::start("implicit", "localhost", &["--login"]);
    let world = World::start(server.authority(), &[server.port()]).await;
    let instance = format!("smtps://localhost:{}", server.port());
    let form = json!({ "app": "smtp", "name": "Mail", "instance": instance, "purpose": "read" });
    let answer = world
        .owner
        .send(Method::POST, "/api/v1/connections", Some(&form))
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 422);
    let told: Value = answer.json().await.unwrap();
    assert!(told.to_string().contains("nothing to read"), "{told}");
}
