//! Who is removed at the moment at which they make something that outlives their session: the web process's stolen
//! login holds a transaction open that was bound before.

use demo::Person;
use kernel::UserId;
use sqlx::{AssertSqlSafe, Executor as _};
use testkit::app::TestApp;

use crate::access::colleague;
use crate::sql::{fate, refusal, waits};
use crate::world::{bound, signed_up};

const API_KEY: &str = "insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
    values (gen_random_uuid(), ctx.org(), ctx.person(), 'k', 'f', sha256('a'), '{people.read}', now() + interval '300 days')";
const SERVICE_KEY: &str = "insert into access.service_keys (id, org_id, made_by, name, face, token_hash, scopes, expires_at)
    values (gen_random_uuid(), ctx.org(), ctx.person(), 'k', 'f', sha256('s'), '{audit.read}', now() + interval '300 days')";
const ANONYMOUS_KEY: &str = "insert into access.anonymous_keys (id, org_id, made_by, name, face, token_hash, origins, expires_at)
    values (gen_random_uuid(), ctx.org(), ctx.person(), 'k', 'f', sha256('n'), '{https://example.com}', now() + interval '300 days')";
const CODE: &str = "insert into oauth.codes (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes, resource, expires_at)
    values (ctx.org(), ctx.person(), sha256('c'), 'countersign-desktop', 'x', sha256('y'), '{people.read}', 'x', now() + interval '50 seconds')";
const LINK: &str = "insert into identity.links (org_id, kind, user_id, token_hash, expires_at)
    values (ctx.org(), 'sign_in', ctx.person(), sha256('l'), now() + interval '5 minutes')";

fn user(person: &Person) -> sqlx::types::Uuid {
    let id: UserId = person.me["user"].as_str().unwrap().parse().unwrap();
    id.uuid()
}

/// What comes of `make` by an admin whom `ending`, of the owner's, is about to end.
async fn made_while(app: &TestApp, owner: &Person, make: &str, ending: &str) -> String {
    let admin = colleague(app, owner, "ADMIN-80").await;
    let mut making = bound(app, "countersign_front", &admin).await;
    let mut hand = bound(app, "countersign_front", owner).await;
    let ending = ending.replace("THEM", &user(&admin).to_string());
    hand.execute(AssertSqlSafe(ending)).await.unwrap();
    let ends = async {
        waits(app).await;
        hand.execute("commit").await.unwrap();
    };
    futures_util::join!(refusal(&mut making, make), ends).0
}

#[tokio::test]
async fn whoever_is_removed_meanwhile_makes_nothing_that_stays() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    fate(
        &app,
        "insert into trust.evidence values (gen_random_uuid(), 'db.lint', 'TE-01', 'pass', 'x', 1)",
    )
    .await;
    let remove = "select identity.remove_member('THEM')";
    let anonymous = "select access.turn_on_anonymous()";
    for make in [API_KEY, SERVICE_KEY, ANONYMOUS_KEY, CODE, LINK, anonymous] {
        let made = made_while(&app, &owner, make, remove).await;
        assert_eq!(made, "42501", "{make}");
    }
}

#[tokio::test]
async fn whoever_is_made_less_meanwhile_makes_no_key_of_what_they_held() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let demote = "select identity.change_member('THEM', 'PARTICIPANT', 20, null)";
    for make in [SERVICE_KEY, ANONYMOUS_KEY] {
        let made = made_while(&app, &owner, make, demote).await;
        assert_eq!(made, "42501", "{make}");
    }
}

#[tokio::test]
async fn what_a_removed_member_let_in_comes_for_no_tokens() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let admin = colleague(&app, &owner, "ADMIN-80").await;
    let mut front = bound(&app, "countersign_front", &admin).await;
    let approved = "select oauth.start_device(sha256('d'), sha256('u'), 'countersign-desktop', '{people.read}', 'x');
        select oauth.decide_device(sha256('u'), true, '{people.read}')";
    front.execute(approved).await.unwrap();
    front.execute(CODE).await.unwrap();
    front.execute("commit").await.unwrap();
    let mut hand = bound(&app, "countersign_front", &owner).await;
    let remove = format!("select identity.remove_member('{}'); commit", user(&admin));
    hand.execute(AssertSqlSafe(remove)).await.unwrap();
    let polled: String = sqlx::query_scalar(
        "select outcome from oauth.poll_device(sha256('d'), 'countersign-desktop', gen_random_uuid(), sha256('r'), sha256('t'), '', '')",
    )
    .fetch_one(&mut front)
    .await
    .unwrap();
    assert_eq!(polled, "denied");
    let redeemed =
        "select * from oauth.redeem_code(sha256('c'), 'countersign-desktop', 'x', sha256('y'), 'x',
        gen_random_uuid(), sha256('r'), sha256('t'), '', '')";
    front.execute(redeemed).await.unwrap();
    let grants = "update oauth.grants set agent = agent";
    assert_eq!(fate(&app, grants).await, 0);
}
