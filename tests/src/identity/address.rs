//! Another address for an account: both mailboxes agree, each by a link that works once; nobody learns whose
//! address is taken.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use testkit::app::TestApp;

use crate::eventually::eventually;
use crate::mail::mailed;
use crate::sql::{fate, refusal};
use crate::visitor::{Shown, Visitor, between};
use crate::world::{PASSWORD, bound, rows_with, session_hash, signed_up};

const LINK: &str = "/change-address?token=";
const PROFILE: &str = "/profile";

struct Asked {
    app: TestApp,
    /// Who looks into the mailboxes.
    reader: Person,
    visitor: Visitor,
    old: String,
    new: String,
}

async fn ask(visitor: &mut Visitor, new: &str) -> Shown {
    let form = [("new_email", new)];
    visitor.post(PROFILE, "/profile/address", &form).await
}

/// Somebody who has asked for another address.
async fn asked() -> Asked {
    let app = TestApp::start().await;
    let reader = signed_up(&app).await;
    let (old, new) = (unused_address(), unused_address());
    let mut visitor = Visitor::sign_up(&app, &old, PASSWORD).await;
    let shown = ask(&mut visitor, &new).await;
    assert_eq!(shown.location, PROFILE, "{}", shown.text);
    Asked {
        app,
        reader,
        visitor,
        old,
        new,
    }
}

impl Asked {
    /// The tokens that went to the old mailbox and to the new one.
    async fn tokens(&self) -> (String, String) {
        let leaving = mailed(&self.reader, &self.old, LINK).await;
        (leaving, self.entering(&self.new).await)
    }

    /// The token that went to a new mailbox. The mail to the old one names it, too.
    async fn entering(&self, new: &str) -> String {
        eventually("the mail comes", async || {
            let mailbox = self.reader.send(Method::GET, "/dev/mailbox", None).await;
            let page = mailbox.unwrap().text().await.unwrap();
            let mail = page
                .split("<article")
                .find(|mail| mail.contains(new) && mail.contains("Confirm this address"));
            mail.and_then(|mail| between(mail, LINK, "\""))
        })
        .await
    }

    async fn agree(&mut self, token: &str) -> Shown {
        let form = [("token", token)];
        self.visitor.post(PROFILE, "/change-address", &form).await
    }

    async fn signs_in(&self, email: &str) -> bool {
        let mut visitor = Visitor::new(&self.app.url);
        let shown = visitor.sign_in(email, PASSWORD).await;
        shown.status == StatusCode::SEE_OTHER
    }
}

#[tokio::test]
async fn an_account_moves_once_both_mailboxes_have_agreed() {
    let mut it = asked().await;
    let (old, new) = (it.old.clone(), it.new.clone());
    let mut elsewhere = Visitor::new(&it.app.url);
    elsewhere.sign_in(&old, PASSWORD).await;
    let (leaving, entering) = it.tokens().await;
    assert_ne!(leaving, entering);
    let page = it.visitor.get(&format!("{LINK}{leaving}")).await;
    assert!(page.text.contains(&new), "the old mailbox is told where to");
    let page = Visitor::new(&it.app.url)
        .get(&format!("{LINK}{entering}"))
        .await;
    assert!(!page.text.contains(&old), "the new one is not told whose");
    assert_eq!(it.agree(&entering).await.location, PROFILE);
    assert!(!it.signs_in(&new).await && it.signs_in(&old).await);
    assert_eq!(it.agree(&entering).await.status, StatusCode::GONE);
    assert!(
        it.visitor
            .get(PROFILE)
            .await
            .text
            .contains("The new mailbox has agreed")
    );
    assert_eq!(it.agree(&leaving).await.location, PROFILE);
    assert!(it.signs_in(&new).await && !it.signs_in(&old).await);
    let (status, me) = it.visitor.me().await;
    assert_eq!(
        (status, me["email"].as_str()),
        (StatusCode::OK, Some(&*new))
    );
    assert_eq!(elsewhere.me().await.0, StatusCode::UNAUTHORIZED);
    for mailbox in [&old, &new] {
        it.reader.mailed_link(mailbox, "/sign-in").await.unwrap();
    }
    let log = it.visitor.get("/api/v1/audit/entries").await.text;
    for action in [
        "email_change_asked",
        "email_change_confirmed",
        "email_changed",
    ] {
        assert!(
            log.contains(&format!("identity.{action}")),
            "{action}: {log}"
        );
    }
    assert!(
        !log.contains(&old) && !log.contains(&new),
        "no address in the log"
    );
    for token in [leaving, entering] {
        assert_eq!(rows_with(&it.app, &token).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn the_old_mailbox_stops_it_without_anybody_signed_in() {
    let mut it = asked().await;
    let (leaving, entering) = it.tokens().await;
    it.agree(&entering).await;
    let mut nobody = Visitor::new(&it.app.url);
    let link = format!("{LINK}{leaving}");
    assert!(
        nobody
            .get(&link)
            .await
            .text
            .contains("/change-address/stop")
    );
    let form = [("token", leaving.as_str())];
    let confirmed = nobody.post(&link, "/change-address", &form).await;
    assert!(
        confirmed.location.starts_with("/sign-in"),
        "to agree, one signs in"
    );
    let stopped = nobody.post(&link, "/change-address/stop", &form).await;
    assert!(
        stopped.text.contains("The change is stopped"),
        "{}",
        stopped.text
    );
    assert_eq!(it.agree(&leaving).await.status, StatusCode::GONE);
    assert!(it.signs_in(&it.old).await && !it.signs_in(&it.new).await);
    let again = nobody.post("/sign-in", "/change-address/stop", &form).await;
    assert_eq!(again.status, StatusCode::GONE);
    let log = it.visitor.get("/api/v1/audit/entries").await.text;
    assert!(log.contains("identity.email_change_stopped"));
}

#[tokio::test]
async fn nobody_agrees_for_somebody_else() {
    let mut it = asked().await;
    let (leaving, entering) = it.tokens().await;
    for token in [&leaving, &entering] {
        let form = [("token", token.as_str())];
        let refused = it.reader.submit("/change-address", &form).await.unwrap();
        assert_eq!(refused.status(), StatusCode::GONE);
    }
    // Neither did that use them up.
    it.agree(&leaving).await;
    it.agree(&entering).await;
    assert!(it.signs_in(&it.new).await);
}

#[tokio::test]
async fn whoever_asks_for_a_taken_address_learns_nothing_and_gets_nothing() {
    let mut it = asked().await;
    let free = it.visitor.get(PROFILE).await.text;
    let outbox = it.visitor.get("/api/v1/mails").await.text;
    let mut taker = Visitor::sign_up(&it.app, &unused_address(), PASSWORD).await;
    let taken = it.old.clone();
    let shown = ask(&mut taker, &taken).await;
    assert_eq!(shown.location, PROFILE);
    let seen = taker.get(PROFILE).await.text;
    // From the moment that it ends at, which is a moment later, to the next token.
    let shape = |text: &str| between(text, "data-relative>in 24 h", "csrf").unwrap();
    assert!(free.contains(&it.new) && seen.contains(&taken));
    assert_eq!(shape(&free), shape(&seen));
    // The owner of the address is told, by a mail without a link that gives it away.
    it.reader.mailed_link(&taken, "/sign-in").await.unwrap();
    let theirs = taker.get("/api/v1/mails").await.text;
    let kinds = |text: &str| text.matches("Confirm a new address").count();
    assert_eq!(
        (kinds(&outbox), kinds(&theirs)),
        (1, 1),
        "{outbox} {theirs}"
    );
    it.tokens().await;
    let links = "update identity.links set kind = kind where kind = 'change_email_new'";
    assert_eq!(fate(&it.app, links).await, 1, "none for the taken address");
    assert!(it.signs_in(&taken).await);
}

#[tokio::test]
async fn an_address_that_somebody_took_meanwhile_stays_theirs() {
    let mut it = asked().await;
    let (leaving, entering) = it.tokens().await;
    it.agree(&leaving).await;
    Visitor::sign_up(&it.app, &it.new, "a password of somebody else's").await;
    it.agree(&entering).await;
    let (_, me) = it.visitor.me().await;
    assert_eq!(me["email"].as_str(), Some(&*it.old));
    assert!(it.signs_in(&it.old).await && !it.signs_in(&it.new).await);
}

#[tokio::test]
async fn a_later_ask_an_hour_and_a_change_of_mind_end_the_links_before() {
    let mut it = asked().await;
    let (_, first) = it.tokens().await;
    let other = unused_address();
    it.visitor
        .post(PROFILE, "/profile/address/cancel", &[])
        .await;
    assert_eq!(it.agree(&first).await.status, StatusCode::GONE);
    ask(&mut it.visitor, &other).await;
    let second = it.entering(&other).await;
    let third = unused_address();
    // Straight over the one that waits.
    let mut again = Visitor::new(&it.app.url);
    again.sign_in(&it.old, PASSWORD).await;
    let form = [("new_email", third.as_str())];
    again.post(PROFILE, "/profile/address", &form).await;
    assert_eq!(it.agree(&second).await.status, StatusCode::GONE);
    let last = it.entering(&third).await;
    fate(&it.app, "update identity.email_changes set created_at = now() - interval '1 day', expires_at = now()").await;
    assert_eq!(it.agree(&last).await.status, StatusCode::GONE);
    assert!(it.signs_in(&it.old).await);
}

#[tokio::test]
async fn a_link_that_could_open_the_account_ends_with_its_address() {
    let mut it = asked().await;
    let mut nobody = Visitor::new(&it.app.url);
    let form = [("email", it.old.as_str())];
    nobody
        .post("/forgot-password", "/forgot-password", &form)
        .await;
    let reset = mailed(&it.reader, &it.old, "/reset-password?token=").await;
    let (leaving, entering) = it.tokens().await;
    it.agree(&leaving).await;
    it.agree(&entering).await;
    assert!(it.signs_in(&it.new).await);
    let form = [
        ("token", reset.as_str()),
        ("password", "another long password"),
    ];
    let refused = nobody.post("/sign-in", "/reset-password", &form).await;
    assert_eq!(refused.status, StatusCode::GONE);
}

#[tokio::test]
async fn it_takes_a_fresh_proof_and_a_stolen_login_of_the_web_process_changes_no_address() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let stale = "update identity.sessions set authenticated_at = now() - interval '11 minutes'";
    fate(&app, stale).await;
    let form = [("new_email", "new@demo.example")];
    let answer = owner
        .submit_from(PROFILE, "/profile/address", &form)
        .await
        .unwrap();
    assert_eq!(answer.headers()["location"], "/prove?next=%2Fprofile");
    let mut front = bound(&app, "countersign_front", &owner).await;
    let bind = format!(
        "rollback; begin; select ctx.bind_session('\\x{}')",
        session_hash(&owner).to_hex()
    );
    for (statement, expected) in [
        (
            "select identity.ask_email_change(gen_random_uuid(), 'new@demo.example')",
            "CS008",
        ),
        (
            "update identity.users set email = 'new@demo.example'",
            "42501",
        ),
        ("select * from identity.email_changes", "42501"),
        (
            "insert into identity.email_changes (user_id, id, new_email, expires_at) values (ctx.person(), gen_random_uuid(), 'new@demo.example', now())",
            "42501",
        ),
        ("select identity.open_email_change(ctx.person())", "42501"),
        (
            "select identity.email_was_changed(ctx.person(), 'x', null)",
            "42501",
        ),
        (
            "select identity.move_account('a@demo.example', 'b@demo.example')",
            "42501",
        ),
        (
            "select mail.queue(ctx.org(), ctx.person(), ctx.person(), null, 'new@demo.example', 'change_email_new', '{}')",
            "42501",
        ),
    ] {
        refusal(&mut front, &bind).await;
        assert_eq!(
            refusal(&mut front, statement).await,
            expected,
            "{statement}"
        );
    }
}

#[tokio::test]
async fn the_operator_moves_an_account_whose_mailbox_is_lost() {
    let app = TestApp::start().await;
    let (old, new) = (unused_address(), unused_address());
    let mut visitor = Visitor::sign_up(&app, &old, PASSWORD).await;
    let unverified =
        format!("update identity.users set email_verified_at = null where email = '{old}'");
    assert_eq!(fate(&app, &unverified).await, 1);
    let other = signed_up(&app).await;
    let taken = other.me["email"].as_str().unwrap();
    let login = app.login("countersign_verifier");
    let mut verifier = PgConnection::connect_with(&login).await.unwrap();
    for (from, to, expected) in [
        (&*old, taken, "taken"),
        ("nobody@demo.example", &new, "gone"),
        (&old, &new, "moved"),
    ] {
        let answer: String = sqlx::query_scalar("select identity.move_account($1, $2)")
            .bind(from)
            .bind(to)
            .fetch_one(&mut verifier)
            .await
            .unwrap();
        assert_eq!(answer, expected);
    }
    let verified = format!(
        "update identity.users set name = name where email = '{new}' and email_verified_at is not null"
    );
    assert_eq!(fate(&app, &verified).await, 1, "the operator's word");
    let mut broker = bound(&app, "countersign_broker", &other).await;
    let back = format!("select identity.move_account('{new}', '{old}')");
    assert_eq!(refusal(&mut broker, &back).await, "42501");
    assert_eq!(
        visitor.me().await.0,
        StatusCode::UNAUTHORIZED,
        "sessions end"
    );
    assert_eq!(
        visitor.sign_in(&old, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        visitor.sign_in(&new, PASSWORD).await.status,
        StatusCode::SEE_OTHER
    );
    let log = visitor.get("/api/v1/audit/entries").await.text;
    assert!(log.contains("identity.account_moved"), "{log}");
    other.mailed_link(&old, "/sign-in").await.unwrap();
}
