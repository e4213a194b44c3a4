//! ID-12: mail goes out encrypted or not at all, to a mail server that is not ours.

use demo::{Person, unused_address};
use mail::smtp::TlsMode;
use reqwest::Method;
use testkit::app::{Options, TestApp};

use super::server::MailServer;
use crate::eventually::eventually;
use crate::sql::fate;
use crate::world::{PASSWORD, rows_with};

async fn app(way: mail::Way) -> TestApp {
    let options = Options {
        mail: Some(way),
        ..Options::default()
    };
    TestApp::start_with(options).await
}

/// Somebody who signs up, which sends a mail.
async fn newcomer(app: &TestApp) -> (Person, String) {
    let email = unused_address();
    let person = Person::sign_up(&app.url, &email, PASSWORD).await.unwrap();
    (person, email)
}

/// The state and last error of the one mail, once it was tried `attempts` times.
async fn tried(app: &TestApp, attempts: i32) -> (String, String) {
    let options = app.database.superuser_options();
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options)
        .await
        .unwrap();
    eventually("the mail is tried", async || {
        let row: Option<(String, Option<String>)> = sqlx::query_as(
            "select state, last_error from mail.outbox where attempts >= $1 and (state <> 'queued' or last_error is not null)",
        )
        .bind(attempts)
        .fetch_optional(&mut connection)
        .await
        .unwrap();
        row.map(|(state, error)| (state, error.unwrap_or_default()))
    })
    .await
}

async fn taken(mode: &str, tls: TlsMode) {
    let server = MailServer::start(mode, "localhost", &["--login"]);
    let app = app(server.way_with_login(tls, "smtp password")).await;
    let (person, email) = newcomer(&app).await;
    assert_eq!(tried(&app, 1).await, ("sent".to_owned(), String::new()));
    let mails = server.mails();
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert_eq!(
        (&mail["encrypted"], &mail["login"]),
        (&true.into(), &"countersign".into())
    );
    assert_eq!(mail["to"][0], email);
    let text = mail["text"]
        .as_str()
        .unwrap()
        .replace("=\r\n", "")
        .replace("=3D", "=");
    assert!(
        text.contains("Auto-Submitted: auto-generated") && text.contains("Message-ID: <"),
        "{text}"
    );
    // The link works, and its token is in the mail alone.
    let start = format!("{}/verify-address?token=", app.url);
    let token = text.split(start.as_str()).nth(1).unwrap();
    let token = token
        .split(|c: char| c.is_whitespace() || c == '"')
        .next()
        .unwrap();
    assert_eq!(rows_with(&app, token).await, Vec::<String>::new());
    let done = person
        .submit("/verify-address", &[("token", token)])
        .await
        .unwrap();
    assert_eq!(done.status(), 303);
}

#[tokio::test]
async fn a_mail_goes_out_by_starttls_with_name_and_password() {
    taken("take", TlsMode::StartTls).await;
}

#[tokio::test]
async fn a_mail_goes_out_by_tls_from_the_first_byte() {
    taken("implicit", TlsMode::Implicit).await;
}

#[tokio::test]
async fn a_server_without_tls_hears_nothing_of_the_mail_and_the_page_says_why_it_waits() {
    let server = MailServer::start("plain", "localhost", &[]);
    let app = app(server.way_with_login(TlsMode::StartTls, "smtp password")).await;
    let (person, email) = newcomer(&app).await;
    let (state, error) = tried(&app, 1).await;
    assert_eq!(state, "queued");
    assert!(error.contains("offers no STARTTLS"), "{error}");
    let heard = server.heard();
    assert!(
        heard
            .iter()
            .all(|command| ["EHLO", "QUIT"].contains(&command.as_str())),
        "{heard:?}"
    );
    assert!(server.mails().is_empty());
    testkit::app::vouch(&app.database, &email).await;
    let page = person
        .send(Method::GET, "/settings/mail", None)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("offers no STARTTLS") && page.contains(&email),
        "{page}"
    );
}

#[tokio::test]
async fn a_server_that_says_451_gets_the_mail_later_and_one_that_says_550_never() {
    let server = MailServer::start("later", "localhost", &[]);
    let app_later = app(server.way(TlsMode::StartTls)).await;
    newcomer(&app_later).await;
    let (state, error) = tried(&app_later, 1).await;
    assert!(
        state == "queued" && error.contains("451"),
        "{state}: {error}"
    );
    fate(
        &app_later,
        "update jobs.jobs set run_at = now(); notify countersign_jobs, 'broker'",
    )
    .await;
    eventually("the mail server has the mail", async || {
        let now = "update jobs.jobs set run_at = now() where state = 'ready'";
        fate(&app_later, now).await;
        (!server.mails().is_empty()).then_some(())
    })
    .await;
    // The server has it before we know that: until then the row says what came of the first try.
    let later = "update mail.outbox set state = state where state = 'sent' and attempts = 2";
    eventually("the mail counts as sent", async || {
        (fate(&app_later, later).await == 1).then_some(())
    })
    .await;
    assert_eq!(server.mails().len(), 1);
    let server = MailServer::start("never", "localhost", &[]);
    let app_never = app(server.way(TlsMode::StartTls)).await;
    newcomer(&app_never).await;
    let (state, error) = tried(&app_never, 1).await;
    assert!(
        state == "failed" && error.contains("550"),
        "{state}: {error}"
    );
    // Its job ends after it, in a transaction of its own.
    let left = "update jobs.jobs set run_at = run_at where state <> 'failed'";
    eventually("it is not tried again", async || {
        (fate(&app_never, left).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_cannot_be_trusted_or_does_not_end_gets_nothing() {
    let other = MailServer::start("take", "localhost", &[]);
    for (mode, name, wrong_authority, says) in [
        ("take", "elsewhere.example", false, "TLS does not hold"),
        ("take", "localhost", true, "TLS does not hold"),
        ("drip", "localhost", false, "took longer than 6 s"),
        (
            "inject",
            "localhost",
            false,
            "said more than it may before TLS",
        ),
    ] {
        let server = MailServer::start(mode, name, &[]);
        let authority = if wrong_authority { &other } else { &server };
        let app = app(server.way_with_authority(TlsMode::StartTls, authority)).await;
        newcomer(&app).await;
        let (state, error) = tried(&app, 1).await;
        assert!(
            state == "queued" && error.contains(says),
            "{mode} {name}: {state}: {error}"
        );
        assert!(server.mails().is_empty());
        assert!(!server.heard().contains(&"MAIL".to_owned()));
    }
}

#[tokio::test]
async fn a_wrong_password_leaves_the_mail_queued() {
    let server = MailServer::start("take", "localhost", &["--login"]);
    let app = app(server.way_with_login(TlsMode::StartTls, "another password")).await;
    newcomer(&app).await;
    let (state, error) = tried(&app, 1).await;
    assert!(
        state == "queued" && error.contains("refuses the login"),
        "{state}: {error}"
    );
    assert!(!error.contains("another password"));
}
