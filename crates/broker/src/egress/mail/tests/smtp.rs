//! Servers of SMTP that refuse, break and keep silent; and what is known of a mail then.

use serde_json::{Value, json};

use super::scripted::{MailDoor, Scripted, Step, account, approved, say};
use crate::egress::error::{EgressError, WriteVerdict};

fn letter() -> Value {
    json!({
        "from": "ada@mail.test", "to": ["ben@example.com", "eve@example.com"],
        "subject": "Hand-over", "text": ".\nAt nine",
    })
}

/// A server that lets anybody in, and then does `more`.
async fn signed_in(more: Vec<Step>) -> Scripted {
    let steps = vec![
        Step::Encrypt,
        say("220 ready\r\n"),
        Step::Hear,
        say("250-here\r\n250-SIZE 1000\r\n250 AUTH LOGIN PLAIN\r\n"),
        Step::Hear,
        say("235 signed in\r\n"),
    ];
    Scripted::start(steps.into_iter().chain(more).collect()).await
}

/// The same, which takes the sender and both recipients, and what follows DATA.
async fn taking(end: Vec<Step>) -> Scripted {
    let mut steps = Vec::new();
    for reply in ["250 ok\r\n", "250 ok\r\n", "251 ok\r\n", "354 go on\r\n"] {
        steps.extend([Step::Hear, say(reply)]);
    }
    steps.push(Step::HearMail);
    signed_in(steps.into_iter().chain(end).collect()).await
}

#[tokio::test]
async fn what_is_known_of_a_mail_is_what_the_server_said_of_it() {
    use WriteVerdict::{Refused, Unknown};
    for (end, verdict, code) in [
        (vec![], Unknown, "egress.unreachable"),
        (vec![Step::Silence], Unknown, "egress.timeout"),
        (vec![Step::Drip], Unknown, "egress.timeout"),
        (vec![Step::Flood], Unknown, "egress.unreachable"),
        (vec![say("hello\r\n")], Unknown, "egress.unreachable"),
        (vec![say("354 again\r\n")], Unknown, "egress.unreachable"),
        (
            vec![say("250-ok\r\n550 no\r\n")],
            Unknown,
            "egress.unreachable",
        ),
        (
            vec![say("554 5.7.1 canary\r\n")],
            Refused,
            "egress.declined",
        ),
        (vec![say("451 4.3.0 canary\r\n")], Refused, "egress.status"),
    ] {
        let server = taking(end.clone()).await;
        let sent = MailDoor::to(&server, "smtps")
            .send(&letter(), "ada@mail.test")
            .await;
        let error = sent.unwrap_err();
        assert_eq!((error.verdict(), error.code()), (verdict, code), "{end:?}");
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
    let server = taking(vec![say("250 2.0.0 taken\r\n"), Step::Silence]).await;
    let sent = MailDoor::to(&server, "smtps")
        .send(&letter(), "ADA@mail.test")
        .await
        .unwrap();
    assert_eq!(
        (sent.status, sent.kept),
        (
            250,
            json!({ "message_id": "apr_01jq2m5x8e9f0g1h@mail.test" })
        )
    );
    // A line that is a dot is sent as two.
    assert!(
        server.heard().contains(&"..".to_owned()),
        "{:?}",
        server.heard()
    );
}

#[tokio::test]
async fn a_server_that_refuses_before_the_end_of_a_mail_gets_none() {
    for (replies, verdict) in [
        (vec!["550 no\r\n"], WriteVerdict::Refused),
        (
            vec!["250 ok\r\n", "550 5.1.1 no\r\n"],
            WriteVerdict::Refused,
        ),
        (
            vec!["250 ok\r\n", "250 ok\r\n", "451 later\r\n"],
            WriteVerdict::Refused,
        ),
        (
            vec!["250 ok\r\n", "250 ok\r\n", "252 perhaps\r\n"],
            WriteVerdict::NotSent,
        ),
        (
            vec!["250 ok\r\n", "250 ok\r\n", "250 ok\r\n", "554 no\r\n"],
            WriteVerdict::Refused,
        ),
        (vec!["250 ok\r\n", "what\r\n"], WriteVerdict::NotSent),
        (vec!["250 ok\r\n"], WriteVerdict::NotSent),
    ] {
        let mut steps = Vec::new();
        for reply in &replies {
            steps.extend([Step::Hear, say(reply)]);
        }
        if replies.len() > 1 {
            steps.push(Step::Silence);
        }
        let server = signed_in(steps).await;
        let sent = MailDoor::to(&server, "smtps")
            .send(&letter(), "ada@mail.test")
            .await;
        let error = sent.unwrap_err();
        assert_eq!(error.verdict(), verdict, "{replies:?}");
        assert!(!server.has_heard("Subject"), "{replies:?}");
    }
}

#[tokio::test]
async fn nothing_of_ours_is_said_before_the_connection_is_encrypted() {
    let offer = "250-here\r\n250 STARTTLS\r\n";
    for steps in [
        vec![say("554 no\r\n"), Step::Silence],
        // STARTTLS was taken out on the way.
        vec![
            say("220 ready\r\n"),
            Step::Hear,
            say("250 AUTH PLAIN\r\n"),
            Step::Hear,
            say("502 unknown\r\n"),
            Step::Silence,
        ],
        vec![
            say("220 ready\r\n"),
            Step::Hear,
            say(offer),
            Step::Hear,
            say("220 go\r\n250 injected\r\n"),
            Step::Silence,
        ],
        vec![say("220 ready\r\n"), Step::Hear, Step::Flood],
    ] {
        let server = Scripted::start(steps.clone()).await;
        let read = MailDoor::to(&server, "smtp")
            .read("sign_in", &json!({}))
            .await;
        assert_eq!(read, Err(EgressError::Tls), "{steps:?}");
        assert!(
            !server.has_heard("AUTH") && !server.has_heard("MAIL"),
            "{steps:?}"
        );
    }
}

#[tokio::test]
async fn a_login_that_is_refused_is_no_login_and_a_server_that_takes_none_hears_none() {
    for (offer, reply, code, again) in [
        (
            "250 AUTH PLAIN\r\n",
            "535 5.7.8 canary\r\n",
            "egress.declined",
            true,
        ),
        (
            "250 AUTH PLAIN\r\n",
            "454 4.7.0 later\r\n",
            "egress.status",
            false,
        ),
        ("250 AUTH GSSAPI\r\n", "", "egress.credential", false),
        ("250 here\r\n", "", "egress.credential", false),
    ] {
        let server = Scripted::start(vec![
            Step::Encrypt,
            say("220 ready\r\n"),
            Step::Hear,
            say(offer),
            Step::Hear,
            say(reply),
            Step::Silence,
        ])
        .await;
        let read = MailDoor::to(&server, "smtps")
            .read("sign_in", &json!({}))
            .await;
        let error = read.unwrap_err();
        assert_eq!(
            (error.code(), error.is_token_refused()),
            (code, again),
            "{offer}"
        );
        assert_eq!(server.has_heard("AUTH"), !reply.is_empty());
    }
}

#[tokio::test]
async fn a_mail_leaves_under_an_approval_of_it_in_the_name_of_its_account_or_not_at_all() {
    let server = signed_in(vec![Step::Silence]).await;
    let door = MailDoor::to(&server, "smtps");
    let request = door.plan("send_mail", &letter());
    let ada = account("ada@mail.test");
    let mut other = letter();
    other["to"] = json!(["eve@evil.example"]);
    let changed = approved(&door.plan("send_mail", &other));
    let basic = crate::credential::Credential::Basic(kernel::Secret::new("ada:x".to_owned()));
    let got = [
        door.egress.send_read(&request, door.route(), &ada).await,
        door.egress
            .send_write(&request, door.route(), &ada, changed)
            .await,
        door.egress
            .send_write(&request, door.route(), &basic, approved(&request))
            .await,
        door.send(&letter(), "eve@mail.test").await,
        door.read("sign_in", &json!({}))
            .await
            .and(Err(EgressError::NotAWrite)),
    ];
    let codes: Vec<_> = got[..4]
        .iter()
        .map(|got| got.as_ref().unwrap_err().code())
        .collect();
    assert_eq!(
        codes,
        [
            "egress.write_needs_approval",
            "egress.payload_changed",
            "egress.credential_class",
            "egress.sender",
        ]
    );
    // The one connection was of the last, which may.
    assert_eq!(
        (door.egress.sockets().opened(), server.has_heard("MAIL")),
        (1, false)
    );
}
