//! A mailbox, read.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::dovecot::{Dovecot, Mail, PASSWORD, USER};
use super::world::World;
use crate::eventually::eventually;
use crate::world::{read_log, rows_with, scanned};

const CANARY: &str = "canary-of-a-mail-that-nobody-asked-for";
/// 2026-03-02T09:00:00Z.
const BEGUN: u64 = 1_772_442_000;

fn mail(mailbox: &'static str, number: u64, headers: &str) -> Mail {
    let text = format!(
        "Return-Path: <{CANARY}@x.test>\r\nFrom: \"{CANARY}\" <ben@example.com>\r\nTo: <{CANARY}@example.com>\r\n\
         Subject: {CANARY}\r\n{headers}\r\n{CANARY}\r\n"
    );
    Mail {
        mailbox,
        received: BEGUN + 60 * number,
        text: text.replace("\r\n", "\n"),
    }
}

fn thread() -> Vec<Mail> {
    vec![
        mail("INBOX", 0, "Message-ID: <1@example.com>\r\n"),
        mail(
            "Sent",
            1,
            "Message-ID: <2@mail.test>\r\nIn-Reply-To: <1@example.com>\r\n",
        ),
        mail(
            "INBOX",
            2,
            "Message-ID: <3@example.com>\r\nReferences: <1@example.com>\r\n <2@mail.test>\r\n",
        ),
        mail("INBOX", 3, ""),
    ]
}

/// The names of cases, activities and people in all logs.
async fn names(world: &World) -> Vec<String> {
    let options = world.app.database.superuser_options();
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let names = sqlx::query_scalar("select distinct name from insight.names order by name");
    names.fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn a_mailbox_becomes_events_and_nothing_of_its_mails_is_kept_or_changed() {
    let server = Dovecot::start(&thread());
    let before = server.mails();
    for (instance, port) in [
        (format!("imaps://localhost:{}", server.imaps), server.imaps),
        (format!("imap://localhost:{}", server.imap), server.imap),
    ] {
        let world = World::start(&server.authority, &[port]).await;
        let id = world
            .connected(("imap", &instance, "read"), (USER, PASSWORD))
            .await;
        let log = scanned(&world.owner, &id, &json!({ "mailbox": "Sent" })).await;
        assert_eq!(
            (&log["state"], &log["events"], &log["cases"]),
            (&json!("ready"), &json!(4), &json!(2)),
            "{log}"
        );
        let known = ["1@example.com", "Received", "Sent", "ben@example.com"];
        let mut names = names(&world).await;
        names.retain(|name| !known.contains(&name.as_str()));
        // The mail without an identifier is a thread of its own.
        assert!(
            matches!(names.as_slice(), [one] if one.ends_with(":3")),
            "{names:?}"
        );
        for text in [CANARY, PASSWORD] {
            assert_eq!(
                rows_with(&world.app, text).await,
                Vec::<String>::new(),
                "{text}"
            );
        }
        assert!(
            !world
                .page(&format!("/connectors/{id}"))
                .await
                .contains(PASSWORD)
        );
    }
    // Nothing is marked as read, moved, or gone.
    assert_eq!(server.mails(), before, "{}", server.log());
}

async fn scan(world: &World, log: &str) -> Value {
    let path = format!("/api/v1/scans/{log}");
    world.owner.get(&path).await.unwrap()
}

/// Begins another round, waits for its end, and returns how many events there are then.
async fn another_round(world: &World, log: &str, round: u64) -> Value {
    let path = format!("/api/v1/scans/{log}/resume");
    let answer = world.owner.send(Method::POST, &path, None).await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    eventually("the round is done", async || {
        let scan = scan(world, log).await;
        (scan["state"] == "done" && scan["round"] == round).then_some(())
    })
    .await;
    read_log(&world.owner, log).await["events"].clone()
}

fn many(mails: std::ops::Range<u64>) -> Vec<Mail> {
    let one = |number| {
        mail(
            "INBOX",
            number,
            &format!("Message-ID: <{number}@example.com>\r\n"),
        )
    };
    mails.map(one).collect()
}

#[tokio::test]
async fn a_large_mailbox_is_read_in_pages_and_later_only_what_is_new() {
    let mut mails = many(0..1_100);
    mails.push(mail("Entw&APw-rfe", 1, "Message-ID: <draft@mail.test>\r\n"));
    let server = Dovecot::start(&mails);
    let world = World::start(&server.authority, &[server.imaps]).await;
    let instance = format!("imaps://localhost:{}", server.imaps);
    let id = world
        .connected(("imap", &instance, "read"), (USER, PASSWORD))
        .await;
    let log = scanned(&world.owner, &id, &json!({ "mailbox": "Entw\u{fc}rfe" })).await;
    assert_eq!(
        (&log["state"], &log["events"]),
        (&json!("ready"), &json!(1_101)),
        "{log}"
    );
    let log = log["id"].as_str().unwrap();
    // 500, 500 and 100 of one mailbox, and one of the other.
    assert_eq!(scan(&world, log).await["calls"], 4);

    for mail in many(1_100..1_103) {
        server.deliver(usize::try_from(mail.received).unwrap(), &mail);
    }
    assert_eq!(another_round(&world, log, 2).await, json!(1_104));
    assert_eq!(scan(&world, log).await["calls"], 2);

    // Another numbering makes the place one that is forgotten: all is read again, and counts once.
    let page = world.read(&id, "list_received", &json!({})).await.unwrap();
    server.number_anew();
    let gone = world
        .read(&id, "list_received", &json!({ "after": page["last"] }))
        .await;
    assert_eq!(gone, Err("egress.refused".to_owned()));
    assert_eq!(another_round(&world, log, 3).await, json!(1_104));
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_kept_nowhere() {
    let server = Dovecot::start(&[]);
    let world = World::start(&server.authority, &[server.imaps, server.imap]).await;
    for instance in [
        format!("imaps://localhost:{}", server.imaps),
        format!("imap://localhost:{}", server.imap),
    ] {
        let id = world.add("imap", &instance, "read").await;
        let (status, told) = world.give(&id, USER, "canary-wrong").await;
        assert_eq!(
            (status, &told["code"]),
            (422, &json!("connectors.credential_refused")),
            "{told}"
        );
        assert_eq!(
            rows_with(&world.app, "canary-wrong").await,
            Vec::<String>::new()
        );
    }
    // Without a user, and with one that would be read as two.
    let instance = format!("imaps://localhost:{}", server.imaps);
    let id = world.add("imap", &instance, "read").await;
    for user in ["", "ada:eve", "ada\r\nA1 DELETE INBOX"] {
        let (status, _) = world.give(&id, user, PASSWORD).await;
        assert_eq!(status, 422, "{user:?}");
    }
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_is_told_and_no_other_server_is_believed() {
    let server = Dovecot::start(&[]);
    let other = Dovecot::start(&[]);
    let ports = [server.imaps, server.imap, other.imaps, other.imap];
    let world = World::start(&server.authority, &ports).await;
    let instance = format!("imaps://localhost:{}", server.imaps);
    let id = world
        .connected(("imap", &instance, "read"), (USER, PASSWORD))
        .await;
    let read = world
        .read(&id, "list_sent", &json!({ "mailbox": "Nowhere" }))
        .await;
    assert_eq!(read, Err("egress.refused".to_owned()));
    // A name that is more than a name stays one.
    for mailbox in ["INBOX\" (CONDSTORE)", "Sent\\", "{3+}", "*", "&"] {
        let read = world
            .read(&id, "list_sent", &json!({ "mailbox": mailbox }))
            .await;
        assert_eq!(read, Err("egress.refused".to_owned()), "{mailbox}");
    }
    // The certificate is of an authority that nobody named.
    for instance in [
        format!("imaps://localhost:{}", other.imaps),
        format!("imap://localhost:{}", other.imap),
    ] {
        let id = world.add("imap", &instance, "read").await;
        let (_, told) = world.give(&id, USER, PASSWORD).await;
        assert_eq!(told["code"], json!("egress.tls"), "{told}");
    }
    assert!(!other.log().contains(USER), "{}", other.log());
}
