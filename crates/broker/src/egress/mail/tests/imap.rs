//! Servers of IMAP that lie, drip, flood and break.

use std::sync::Arc;

use serde_json::{Value, json};

use super::scripted::{MailDoor, Scripted, Step, account, say};
use crate::egress::error::EgressError;
use crate::egress::{EgressPolicy, SystemLookup};

const CAN: &str = "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n{tag} OK done\r\n";
const OPENED: &str =
    "* 3 EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n* OK [UIDNEXT 4] ok\r\n{tag} OK [READ-ONLY] done\r\n";

/// A server that lets anybody in and opens any mailbox, and then does `more`.
async fn opened(more: Vec<Step>) -> Scripted {
    let steps = vec![
        Step::Encrypt,
        say("* OK ready\r\n"),
        Step::Hear,
        say(CAN),
        Step::Hear,
        say("{tag} OK signed in\r\n"),
        Step::Hear,
        say(OPENED),
        Step::Hear,
    ];
    Scripted::start(steps.into_iter().chain(more).collect()).await
}

async fn list(server: &Scripted) -> Result<Value, EgressError> {
    let door = MailDoor::to(server, "imaps");
    door.read("list_received", &json!({}))
        .await
        .map(|answer| answer.kept)
}

const fn too_large() -> EgressError {
    EgressError::TooLarge { status: 200 }
}

#[tokio::test]
async fn what_nobody_asked_for_is_dropped_and_what_was_is_kept() {
    let body = "canary ".repeat(6_000);
    let server = opened(vec![
        say("* 4 EXISTS\r\n* SEARCH 1 3 77\r\n{tag} OK done\r\n"),
        Step::Hear,
        // More than a header may be long, an own section, a mail that was not asked for, and one without a UID.
        Step::Say(format!(
            "* 1 FETCH (UID 1 INTERNALDATE \" 2-Mar-2026 09:00:00 +0000\" BODY[] {{{}}}\r\n{body} ENVELOPE (\"canary\" NIL))\r\n",
            body.len()
        )),
        say("* 2 FETCH (UID 3 INTERNALDATE \" 2-Mar-2026 09:01:00 +0000\" BODY[HEADER.FIELDS (FROM)] {58}\r\nFrom: canary <ben@example.com>\r\nSubject: canary canary\r\n\r\n)\r\n"),
        say("* 7 FETCH (UID 77 INTERNALDATE \" 2-Mar-2026 09:02:00 +0000\")\r\n* 8 FETCH (FLAGS (canary))\r\n"),
        say("{tag} OK done\r\n"),
        Step::Silence,
    ])
    .await;
    let kept = list(&server).await.unwrap();
    assert_eq!(
        kept,
        json!({
            "messages": [
                { "id": "9:1", "thread": "9:1", "received": "2026-03-02T09:00:00Z", "from": null },
                { "id": "9:3", "thread": "9:3", "received": "2026-03-02T09:01:00Z", "from": "ben@example.com" },
            ],
            "next": null, "last": "9:3",
        })
    );
    let asked = server.heard();
    assert!(
        asked.contains(&"C4 UID SEARCH UID 1:3".to_owned())
            && asked.contains(
                &"C5 UID FETCH 1:3 (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM MESSAGE-ID IN-REPLY-TO REFERENCES)])"
                    .to_owned()
            ),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_server_that_says_too_much_is_left() {
    for more in [
        vec![Step::Flood],
        vec![say("* 1 FETCH (BODY[] {10000000000}\r\n"), Step::Flood],
        vec![
            say("* 1 FETCH (BODY[] {99999999999999999999999}\r\n"),
            Step::Flood,
        ],
        // A length that is allowed, and much more behind it.
        vec![say("* 1 FETCH (BODY[] {5}\r\n"), Step::Flood],
    ] {
        let server = opened(more.clone()).await;
        assert_eq!(list(&server).await, Err(too_large()), "{more:?}");
    }
}

#[tokio::test]
async fn a_server_that_drips_says_less_than_it_announced_or_hangs_up_is_left_in_time() {
    let timeout = Err(EgressError::Timeout {
        sent: false,
        status: None,
    });
    for more in [
        vec![Step::Drip],
        vec![Step::Silence],
        vec![say("* 1 FETCH (BODY[] {9000}\r\nshort"), Step::Silence],
    ] {
        let server = opened(more.clone()).await;
        assert_eq!(list(&server).await, timeout, "{more:?}");
    }
    for more in [vec![], vec![say("* 1 FETCH (BODY[] {9000}\r\nshort")]] {
        let server = opened(more).await;
        assert_eq!(
            list(&server).await,
            Err(EgressError::Unreachable { sent: true })
        );
    }
}

#[tokio::test]
async fn a_server_that_says_goodbye_or_no_is_believed() {
    for (said, code) in [
        ("* BYE too many\r\n", "egress.status"),
        ("{tag} NO [UNAVAILABLE] later\r\n", "egress.status"),
        ("{tag} NO [NOPERM] never\r\n", "egress.refused"),
        ("{tag} BAD what\r\n", "egress.malformed"),
        ("C999 OK done\r\n", "egress.malformed"),
        ("+ go on\r\n", "egress.malformed"),
        ("* 1 FETCH ((((((((((((((((\r\n", "egress.malformed"),
        ("* 1 FETCH (UID 1 BODY[\r\n", "egress.malformed"),
        ("\0\r\n", "egress.malformed"),
        ("\r\n", "egress.malformed"),
    ] {
        let server = opened(vec![say(said), Step::Silence]).await;
        assert_eq!(list(&server).await.unwrap_err().code(), code, "{said}");
    }
}

#[tokio::test]
async fn nothing_of_ours_is_said_before_the_connection_is_encrypted() {
    for steps in [
        // Signed in already, so that nobody would encrypt: by whom?
        vec![say("* PREAUTH welcome\r\n"), Step::Silence],
        vec![say("* BYE\r\n"), Step::Silence],
        vec![say("HTTP/1.1 200 OK\r\n"), Step::Silence],
        // STARTTLS was taken out on the way.
        vec![
            say("* OK ready\r\n"),
            Step::Hear,
            say("S1 BAD unknown\r\n"),
            Step::Silence,
        ],
        vec![
            say("* OK ready\r\n"),
            Step::Hear,
            say("S1 NO\r\n"),
            Step::Silence,
        ],
        // Somebody on the way says more, which would be read as if it had come encrypted (CVE-2011-0411).
        vec![
            say("* OK ready\r\n"),
            Step::Hear,
            say("S1 OK begin\r\n* CAPABILITY IMAP4rev1\r\nC1 OK injected\r\n"),
            Step::Silence,
        ],
        vec![say("* OK ready\r\n"), Step::Hear, Step::Flood],
        vec![],
    ] {
        let server = Scripted::start(steps.clone()).await;
        let door = MailDoor::to(&server, "imap");
        let read = door.read("look_at_inbox", &json!({})).await;
        assert_eq!(read, Err(EgressError::Tls), "{steps:?}");
        for said in ["AUTHENTICATE", "LOGIN", "EXAMINE", "ada"] {
            assert!(!server.has_heard(said), "{steps:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_would_hear_the_password_otherwise_does_not_hear_it() {
    for (can, code) in [
        (
            "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n{tag} OK\r\n",
            "egress.credential",
        ),
        ("{tag} BAD\r\n", "egress.malformed"),
    ] {
        let server = Scripted::start(vec![
            Step::Encrypt,
            say("* OK ready\r\n"),
            Step::Hear,
            say(can),
            Step::Silence,
        ])
        .await;
        let door = MailDoor::to(&server, "imaps");
        let read = door.read("look_at_inbox", &json!({})).await;
        assert_eq!(read.unwrap_err().code(), code);
        assert!(!server.has_heard("canary-password") && server.heard().len() == 1);
    }
}

#[tokio::test]
async fn a_mailbox_without_numbers_or_numbered_anew_is_none_to_go_on_in() {
    let signed_in = |opened: &str| {
        vec![
            Step::Encrypt,
            say("* OK ready\r\n"),
            Step::Hear,
            say(CAN),
            Step::Hear,
            say("{tag} OK\r\n"),
            Step::Hear,
            say(opened),
            Step::Silence,
        ]
    };
    let server = Scripted::start(signed_in("* OK [UIDNEXT 4]\r\n{tag} OK\r\n")).await;
    assert_eq!(list(&server).await.unwrap_err().code(), "egress.malformed");
    let server = Scripted::start(signed_in(OPENED)).await;
    let door = MailDoor::to(&server, "imaps");
    let read = door.read("list_received", &json!({ "after": "8:2" })).await;
    assert_eq!(read.as_ref().unwrap_err().status(), Some(410));
    assert!(!server.has_heard("SEARCH"));
}

#[tokio::test]
async fn an_address_that_no_app_may_have_is_refused_before_a_socket_opens() {
    for (address, code) in [
        ("imaps://169.254.169.254", "egress.private_address"),
        ("imap://127.0.0.1:143", "egress.private_address"),
        ("smtps://10.0.0.1", "egress.private_address"),
        (
            "smtp://[::ffff:169.254.169.254]:25",
            "egress.private_address",
        ),
        ("imaps://localhost", "egress.private_address"),
    ] {
        let door = MailDoor::at(address, EgressPolicy::default(), Arc::new(SystemLookup));
        let operation = if address.starts_with("imap") {
            "look_at_inbox"
        } else {
            "sign_in"
        };
        let request = door.plan(operation, &json!({}));
        let got = door
            .egress
            .send_read(&request, door.route(), &account("ada"))
            .await;
        assert_eq!(got.unwrap_err().code(), code, "{address}");
        assert_eq!(door.egress.sockets().opened(), 0);
    }
}
