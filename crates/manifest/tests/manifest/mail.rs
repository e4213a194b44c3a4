//! Mail as an app: what can be declared, what becomes a request, and which requests are recognised.

use manifest::{ConnectionFacts, HostOverrides, MailCall, Manifest, PlannedRequest};
use serde_json::{Value, json};

use crate::support::{Connected, Wire};

const IMAP: &str = include_str!("../../../../connectors/imap.toml");
const SMTP: &str = include_str!("../../../../connectors/smtp.toml");

fn connected(id: &str) -> Connected {
    let mut all = Connected::all();
    let place = all.iter().position(|one| one.manifest.id == id).unwrap();
    all.swap_remove(place)
}

fn letter() -> Value {
    json!({ "from": "ada@example.com", "to": ["ben@example.com"], "subject": "Hand-over", "text": "At nine" })
}

#[test]
fn a_mail_and_a_mailbox_are_requested_like_this() {
    let imap = connected("imap").plan(
        "list_sent",
        &json!({"mailbox": "Sent & gone/2026", "after": "9:4"}),
    );
    let imap = imap.unwrap();
    assert_eq!(
        imap.url(),
        "imaps://imap.example.com/messages?after=9%3A4&limit=499&mailbox=Sent%20%26%20gone%2F2026"
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&imap.canonical()).unwrap());
    let smtp = connected("smtp").plan("send_mail", &letter()).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&smtp.canonical()).unwrap());
    insta::assert_snapshot!(String::from_utf8_lossy(smtp.body().unwrap()));
}

/// What is said is made of the call alone, and the call of the request alone: neither adds anything to the other.
#[test]
fn a_call_of_mail_is_its_request_and_nothing_else() {
    for (id, operation, given) in [
        ("imap", "look_at_inbox", json!({})),
        ("imap", "list_received", json!({})),
        ("imap", "list_received", json!({"after": "4294967295:0"})),
        (
            "imap",
            "list_sent",
            json!({"mailbox": "Entw\u{fc}rfe \" {3}"}),
        ),
        ("smtp", "sign_in", json!({})),
        ("smtp", "send_mail", letter()),
    ] {
        let connected = connected(id);
        let planned = connected.plan(operation, &given).unwrap();
        let call = MailCall::of(&planned).unwrap();
        let wire = call.wire().unwrap();
        let hosts = HostOverrides::default();
        let facts = ConnectionFacts {
            instance: connected.instance.as_ref(),
            hosts: &hosts,
        };
        let admitted = connected
            .manifest
            .admit(&wire.request(planned.origin()), &facts)
            .unwrap();
        assert_eq!(
            (admitted.operation.id.as_str(), admitted.request),
            (operation, planned)
        );
    }
}

#[test]
fn no_request_of_one_protocol_is_one_of_another() {
    let planned: Vec<(Wire, PlannedRequest)> = ["imap", "smtp", "tracker"]
        .into_iter()
        .zip([
            ("look_at_inbox", json!({})),
            ("send_mail", letter()),
            ("create_issue", json!({"title": "t"})),
        ])
        .map(|(id, (operation, given))| connected(id).plan(operation, &given).unwrap())
        .map(|planned| (Wire::of(&planned), planned))
        .collect();
    for (index, id) in ["imap", "smtp", "tracker"].into_iter().enumerate() {
        for (other, (wire, _)) in planned.iter().enumerate() {
            assert_eq!(
                connected(id).admit(wire).is_ok(),
                index == other,
                "{id} {wire:?}"
            );
        }
        // The same at an address of another protocol, and with a method of one.
        for (scheme, method) in [
            ("https", "GET"),
            ("imaps", "FETCH"),
            ("smtps", "SEND"),
            ("imap", "STORE"),
        ] {
            let mut wire = Wire::of(&planned[index].1);
            wire.scheme = scheme.to_owned();
            let bent = (
                wire.scheme.as_str(),
                planned[index].1.origin().scheme().as_str(),
            );
            assert_eq!(connected(id).admit(&wire).is_ok(), bent.0 == bent.1);
            let mut wire = Wire::of(&planned[index].1);
            wire.method = method.to_owned();
            let same = planned[index].1.method().as_str() == method;
            assert_eq!(connected(id).admit(&wire).is_ok(), same);
        }
    }
}

#[test]
fn a_place_that_is_none_is_no_argument() {
    let imap = connected("imap");
    for after in ["0:1", "01:1", "4294967296:1", "1:4294967296"] {
        assert!(
            imap.plan("list_received", &json!({ "after": after }))
                .is_err(),
            "{after}"
        );
    }
}

#[test]
fn what_cannot_be_said_where_mail_is_cannot_be_declared() {
    for (text, from, to, problem) in [
        (
            IMAP,
            "method = \"EXAMINE\"",
            "method = \"GET\"",
            "EXAMINE or FETCH",
        ),
        (
            IMAP,
            "method = \"EXAMINE\"",
            "method = \"SELECT\"",
            "EXAMINE or FETCH",
        ),
        (
            IMAP,
            "method = \"EXAMINE\"",
            "method = \"NOOP\"",
            "EXAMINE or FETCH",
        ),
        (
            IMAP,
            "path = \"/mailbox\"",
            "path = \"/messages\"",
            "the path of EXAMINE is /mailbox",
        ),
        (
            IMAP,
            "\"messages[].from\"",
            "\"messages[].subject\"",
            "no answer over this protocol",
        ),
        (
            IMAP,
            "\"messages[].from\"",
            "\"messages[].body\"",
            "no answer over this protocol",
        ),
        (
            IMAP,
            "\"uid_validity\"",
            "\"messages[].from\"",
            "no answer over this protocol",
        ),
        (
            IMAP,
            "limit = { fixed = 500 }",
            "limit = { fixed = 501 }",
            "a fixed `limit` of 1 to 500",
        ),
        (
            IMAP,
            "limit = { fixed = 500 }",
            "limit = { type = \"integer\", required = true }",
            "a fixed `limit`",
        ),
        (
            IMAP,
            "mailbox = { fixed = \"INBOX\" }",
            "mailbox = { fixed = \"INBOX\" }\nmark = { fixed = \"x\" }",
            "EXAMINE has",
        ),
        (
            IMAP,
            "host = \"instance\"",
            "host = \"imap.example.com\"",
            "nothing uses `instance`",
        ),
        (IMAP, "kind = \"mail\"", "kind = \"basic\"", "class `mail`"),
        (
            IMAP,
            "protocol = \"imap\"",
            "protocol = \"pop3\"",
            "`http`, `imap` or `smtp`",
        ),
        (
            IMAP,
            "example = \"imaps://",
            "example = \"https://",
            "begins otherwise",
        ),
        (
            IMAP,
            "hosts = [\"any\"]",
            "hosts = [\"any\"]\nallow_http = true",
            "`allow_http` belongs to HTTP",
        ),
        (
            IMAP,
            "protocol = \"imap\"",
            "protocol = \"imap\"\nheaders = { x-a = \"b\" }",
            "this belongs to HTTP",
        ),
        (SMTP, "class = \"write\"", "class = \"read\"", "is a write"),
        (
            SMTP,
            "message_id = { key = \"plain\" }",
            "",
            "the body of SEND has",
        ),
        (
            SMTP,
            "message_id = { key = \"plain\" }",
            "message_id = { key = \"uuid\" }",
            "the body of SEND has",
        ),
        (
            SMTP,
            "message_id = { key",
            "bcc = { fixed = \"eve@evil.example\" }\nmessage_id = { key",
            "the body of SEND has",
        ),
        (
            SMTP,
            "from = { type = \"string\", required = true,",
            "from = { type = \"string\",",
            "the body of SEND has",
        ),
        (
            SMTP,
            "user_label = \"User, usually the address\"",
            "",
            "a password has a user",
        ),
        (
            SMTP,
            "absent =",
            "url = \"https://a.example/x\" #",
            "there is no client",
        ),
    ] {
        let bent = text.replacen(from, to, 1);
        assert_ne!(bent, text, "{from}");
        let error = Manifest::parse(&bent).unwrap_err().to_string();
        assert!(error.contains(problem), "{to}: {error}");
    }
    let tracker = include_str!("../../../../connectors/tracker.toml");
    let bent = tracker.replacen("method = \"GET\"", "method = \"FETCH\"", 1);
    assert!(
        Manifest::parse(&bent)
            .unwrap_err()
            .to_string()
            .contains("GET, HEAD")
    );
}
