//! ID-09: a session acts in one organisation, which the server keeps; its person goes on in another one of
//! theirs, and in no other.

use demo::{Person, unused_address};
use futures_util::future::join;
use kernel::{OrganisationId, TokenHash};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use sqlx::types::Uuid;
use testkit::app::TestApp;

use crate::access::colleague;
use crate::sql::{count_try, fate, refusal};
use crate::visitor::Visitor;
use crate::world::{PASSWORD, bound, signed_up};

const HERE: &str = "/organisations";

async fn organisation(visitor: &mut Visitor) -> Value {
    let (status, me) = visitor.me().await;
    assert_eq!(status, StatusCode::OK, "{me}");
    me
}

async fn switch(visitor: &mut Visitor, to: &str) -> crate::visitor::Shown {
    let form = [("organisation", to)];
    visitor.post(HERE, "/organisations/switch", &form).await
}

/// Somebody with two organisations, whose session acts in the second; and the identifiers of both.
async fn twice(app: &TestApp) -> (Visitor, String, String) {
    let mut visitor = Visitor::sign_up(app, &unused_address(), PASSWORD).await;
    let first = organisation(&mut visitor).await["organisation"].clone();
    let made = visitor.post(HERE, HERE, &[("name", "Second")]).await;
    assert_eq!(
        (made.status, made.location.as_str()),
        (StatusCode::SEE_OTHER, "/"),
        "{}",
        made.text
    );
    let second = organisation(&mut visitor).await["organisation"].clone();
    (
        visitor,
        first.as_str().unwrap().to_owned(),
        second.as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn a_person_goes_on_in_another_organisation_of_theirs() {
    let app = TestApp::start().await;
    let (mut visitor, first, second) = twice(&app).await;
    assert_ne!(first, second);
    let there = organisation(&mut visitor).await;
    assert_eq!(
        (&there["organisation_name"], &there["role"]),
        (&json!("Second"), &json!("OWNER"))
    );
    let token = visitor.session_hash();
    let page = visitor.get("/").await;
    assert!(page.text.contains("action=\"/organisations/switch\""));
    let switched = switch(&mut visitor, &first).await;
    assert_eq!(
        (switched.status, switched.location.as_str()),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(organisation(&mut visitor).await["organisation"], first);
    assert_eq!(
        visitor.session_hash(),
        token,
        "where it acts is the server's"
    );
    // Each organisation hears of the session, and neither of the other organisation.
    let log = visitor.get("/api/v1/audit/entries").await.text;
    assert!(
        log.contains("identity.session_entered") && !log.contains(&second),
        "{log}"
    );
    switch(&mut visitor, &second).await;
    let log = visitor.get("/api/v1/audit/entries").await.text;
    assert!(
        log.contains("identity.session_left")
            && log.contains("identity.organisation_made")
            && !log.contains(&first),
        "{log}"
    );
}

#[tokio::test]
async fn they_see_and_end_their_sessions_wherever_those_act() {
    let app = TestApp::start().await;
    let email = unused_address();
    let mut visitor = Visitor::sign_up(&app, &email, PASSWORD).await;
    let mut elsewhere = Visitor::new(&app.url);
    elsewhere.sign_in(&email, PASSWORD).await;
    elsewhere.post(HERE, HERE, &[("name", "Second")]).await;
    let listed: Value = serde_json::from_str(&visitor.get("/api/v1/sessions").await.text).unwrap();
    let other = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["current"] == false);
    assert_eq!(other.unwrap()["organisation_name"], "Second");
    let path = format!(
        "/api/v1/sessions/{}",
        other.unwrap()["id"].as_str().unwrap()
    );
    let (status, _) = visitor
        .api("/sessions", (Method::DELETE, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(elsewhere.me().await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(visitor.me().await.0, StatusCode::OK);
    // It is told in the log of the organisation that it was in.
    let told = "select from audit.entries e join identity.organisations o on o.id = e.org_id
                 where e.action = 'identity.session_ended' and o.name";
    assert_eq!(fate(&app, &format!("{told} = 'Second'")).await, 1);
    assert_eq!(fate(&app, &format!("{told} <> 'Second'")).await, 0);
}

#[tokio::test]
async fn whoever_signs_in_again_is_where_they_were_last() {
    let app = TestApp::start().await;
    let email = unused_address();
    let mut visitor = Visitor::sign_up(&app, &email, PASSWORD).await;
    visitor.post(HERE, HERE, &[("name", "Second")]).await;
    visitor.post(HERE, "/sign-out", &[]).await;
    visitor.sign_in(&email, PASSWORD).await;
    let there = organisation(&mut visitor).await;
    assert_eq!(there["organisation_name"], "Second");
}

#[tokio::test]
async fn an_organisation_that_is_not_theirs_answers_like_one_that_is_not() {
    let app = TestApp::start().await;
    let (mut visitor, _, second) = twice(&app).await;
    let stranger = signed_up(&app).await;
    let foreign = stranger.me["organisation"].as_str().unwrap();
    let made_up = OrganisationId::from(Uuid::from_u128(7)).to_string();
    let nowhere = OrganisationId::from(Uuid::from_u128(0x8000_8000_0000_0000_0000)).to_string();
    let mut answers = Vec::new();
    for id in [foreign, &made_up, &nowhere] {
        assert_eq!(switch(&mut visitor, id).await.status, StatusCode::NOT_FOUND);
        let path = format!("/api/v1/organisations/{id}/switch");
        let (status, mut problem) = visitor
            .api("/organisations", (Method::POST, &path), &json!({}))
            .await;
        problem["request_id"] = json!(null);
        answers.push((status, problem));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(
        switch(&mut visitor, "org_").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(organisation(&mut visitor).await["organisation"], second);
}

#[tokio::test]
async fn the_rule_of_the_other_organisation_is_asked_there() {
    let app = TestApp::start().await;
    let (mut visitor, first, second) = twice(&app).await;
    let id: OrganisationId = first.parse().unwrap();
    let rule = format!(
        "update identity.organisations set mfa_required = true where id = '{}'",
        id.uuid()
    );
    assert_eq!(fate(&app, &rule).await, 1);
    assert_eq!(organisation(&mut visitor).await["organisation"], second);
    switch(&mut visitor, &first).await;
    let (status, problem) = visitor.me().await;
    assert_eq!(
        (status, &problem["code"]),
        (
            StatusCode::UNAUTHORIZED,
            &json!("identity.second_factor_due")
        )
    );
    let shown = visitor.get("/people").await;
    assert!(shown.location.starts_with("/sign-in/second-factor"));
    // Half a session goes nowhere else: it owes what it owes.
    let front = app.login("countersign_front");
    let mut login = PgConnection::connect_with(&front).await.unwrap();
    let half = format!(
        "begin; select ctx.bind_half_session('\\x{}')",
        visitor.session_hash()
    );
    assert_eq!(refusal(&mut login, &half).await, "done");
    let id: OrganisationId = second.parse().unwrap();
    let back = format!("select identity.switch_organisation('{}')", id.uuid());
    assert_eq!(refusal(&mut login, &back).await, "42501");
}

#[tokio::test]
async fn a_stolen_login_of_the_web_process_moves_no_session() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let stranger = signed_up(&app).await;
    let foreign: OrganisationId = stranger.me["organisation"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let foreign = foreign.uuid();
    for (statement, expected) in [
        (
            format!("update identity.sessions set org_id = '{foreign}'"),
            "42501",
        ),
        (
            format!("select identity.move_session('{foreign}')"),
            "42501",
        ),
        ("select identity.place_of(ctx.person())".to_owned(), "42501"),
        (
            "select identity.end_membership(ctx.org(), ctx.person(), null)".to_owned(),
            "42501",
        ),
        (
            format!(
                "insert into identity.memberships (org_id, user_id, role, level)
                  values ('{foreign}', ctx.person(), 'OWNER', 100)"
            ),
            "42501",
        ),
    ] {
        let mut front = bound(&app, "countersign_front", &owner).await;
        assert_eq!(
            refusal(&mut front, &statement).await,
            expected,
            "{statement}"
        );
    }
    let mut front = bound(&app, "countersign_front", &owner).await;
    let moved: bool = sqlx::query_scalar("select identity.switch_organisation($1)")
        .bind(foreign)
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert!(!moved);
    // A key acts where it was made, and is in no organisation of its own.
    let form = json!({ "name": "k", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = owner
        .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
        .await
        .unwrap();
    let hash = crypto::digest::sha256(made["key"].as_str().unwrap().as_bytes());
    let bind = format!(
        "rollback; begin; select ctx.bind_api_key('\\x{}')",
        TokenHash::from_digest(hash).to_hex()
    );
    for statement in [
        "select * from identity.own_organisations()",
        "select identity.switch_organisation(ctx.org())",
        "select identity.make_organisation(gen_random_uuid(), 'x')",
        "select identity.leave_organisation()",
    ] {
        refusal(&mut front, &bind).await;
        let got = refusal(&mut front, statement).await;
        assert!(["42501", "CS008"].contains(&&*got), "{statement}: {got}");
    }
}

async fn leave(person: &Person) -> StatusCode {
    let left = person.submit("/organisations/leave", &[]).await.unwrap();
    left.status()
}

async fn is_in(person: &Person) -> bool {
    person.get("/api/v1/me").await.is_ok()
}

#[tokio::test]
async fn whoever_leaves_is_out_with_everything_that_acts_for_them_and_the_last_owner_stays() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = colleague(&app, &owner, "ADMIN-80").await;
    let key = json!({ "name": "Bo's", "scopes": ["insight.read"], "expires_in_days": 1 });
    bo.write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    let email = bo.me["email"].as_str().unwrap();
    let elsewhere = Person::sign_in(&app.url, email, PASSWORD).await.unwrap();
    assert_eq!(leave(&bo).await, StatusCode::SEE_OTHER);
    assert!(!is_in(&elsewhere).await, "the other session has ended");
    let live = "update access.api_keys set name = name where revoked_at is null";
    assert_eq!(fate(&app, live).await, 0);
    let answer = bo.send(Method::GET, "/api/v1/me", None).await.unwrap();
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "identity.no_organisation");
    leave(&owner).await;
    assert!(is_in(&owner).await, "the last owner stays");
    let log = owner.get("/api/v1/audit/entries").await.unwrap();
    assert!(log.to_string().contains("identity.organisation_left"));
    let second = colleague(&app, &owner, "OWNER-100").await;
    let (a, b) = join(leave(&owner), leave(&second)).await;
    assert!(a.is_redirection() && b.is_redirection());
    assert_ne!(is_in(&owner).await, is_in(&second).await);
}

#[tokio::test]
async fn leaving_asks_who_it_is() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let bo = colleague(&app, &owner, "PARTICIPANT-40").await;
    fate(
        &app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes'",
    )
    .await;
    let left = bo
        .submit_from(HERE, "/organisations/leave", &[])
        .await
        .unwrap();
    assert_eq!(left.headers()["location"], "/prove?next=%2Forganisations");
    assert!(is_in(&bo).await);
    let mut front = bound(&app, "countersign_front", &bo).await;
    let leave = "select identity.leave_organisation()";
    assert_eq!(refusal(&mut front, leave).await, "CS008");
}

#[tokio::test]
async fn nobody_makes_organisations_without_end_or_by_an_address_that_nobody_verified() {
    let app = TestApp::start().await;
    let unverified = Person::sign_up(&app.url, &unused_address(), PASSWORD)
        .await
        .unwrap();
    let form = json!({ "name": "Another" });
    let post = async |person: &Person, form: &Value| {
        person
            .send(Method::POST, "/api/v1/organisations", Some(form))
            .await
            .unwrap()
            .status()
    };
    assert_eq!(post(&unverified, &form).await, StatusCode::FORBIDDEN);
    let owner = signed_up(&app).await;
    assert_eq!(
        post(&owner, &json!({ "name": " " })).await,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    for _ in 0..19 {
        assert_eq!(post(&owner, &form).await, StatusCode::CREATED);
    }
    assert_eq!(post(&owner, &form).await, StatusCode::CONFLICT);
}

#[tokio::test]
async fn nobody_begins_a_session_under_the_identifier_of_one_in_another_organisation() {
    let app = TestApp::start().await;
    let (visitor, first, _) = twice(&app).await;
    let first: OrganisationId = first.parse().unwrap();
    let hash = visitor.session_hash();
    let mut hand = PgConnection::connect_with(&app.database.superuser_options())
        .await
        .unwrap();
    let (session, email): (Uuid, String) = sqlx::query_as(
        "select s.id, u.email from identity.sessions s join identity.users u on u.id = s.user_id
          where encode(s.token_hash, 'hex') = $1",
    )
    .bind(&hash)
    .fetch_one(&mut hand)
    .await
    .unwrap();
    // A later session in the first organisation: there the next one begins, where no row has that identifier.
    let later = format!(
        "insert into identity.sessions (id, org_id, user_id, token_hash, client, address, created_at, expires_at)
         select gen_random_uuid(), '{}', user_id, sha256('later'), '', '', now() + interval '1 minute', now() + interval '1 hour'
           from identity.sessions where id = '{session}'",
        first.uuid()
    );
    assert_eq!(fate(&app, &later).await, 1);
    let known = "update identity.users set password_verifier = sha256(sha256('known'))";
    assert_eq!(fate(&app, known).await, 1);
    let mut thief = PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    let begin = format!(
        "select * from identity.sign_in('{email}', sha256('known'),
            row('{session}', sha256('thief'), '', '', sha256('d'), 3600)::identity.new_session, true)"
    );
    count_try(&mut thief, (&email, "known"), &session.to_string()).await;
    assert_eq!(refusal(&mut thief, &begin).await, "23505");
}
