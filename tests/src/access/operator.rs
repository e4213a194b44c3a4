//! AC-10: whoever runs the server looks into an organisation for a reason, for a time, to read, and the
//! organisation knows and can end it.

use std::time::Duration;

use access::{NewOperatorAccess, OpenOperatorError};
use kernel::OperatorAccessId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, postgres::PgConnection};

use super::sharing::open;
use super::standings::colleague;
use crate::sql::refusal;
use crate::world::{World, signed_up};

const REASON: &str = "Ticket 4711: a scan does not end";

#[expect(
    clippy::disallowed_methods,
    reason = "what an operator asks with: no browser"
)]
fn program() -> reqwest::Client {
    reqwest::Client::new()
}

fn organisation(world: &World) -> String {
    world.owner.me["organisation"].as_str().unwrap().to_owned()
}

async fn opened(world: &World, minutes: u64) -> (OperatorAccessId, String) {
    let lifetime = Duration::from_mins(minutes);
    let new = NewOperatorAccess::parse(&organisation(world), "Example Operator", REASON, lifetime);
    let db = world.app.db("countersign_broker");
    let opened = access::open_operator(&db, &new.unwrap()).await.unwrap();
    (opened.id, opened.token.expose().clone())
}

async fn asked(world: &World, token: &str, method: Method, path: &str) -> (StatusCode, Value) {
    let client = program();
    let url = format!("{}{path}", world.app.url);
    let request = client.request(method.clone(), url).bearer_auth(token);
    let request = if method == Method::GET {
        request
    } else {
        request.json(&json!({}))
    };
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn an_operator_reads_and_the_organisation_sees_who_and_why() {
    let world = World::start().await;
    let (id, token) = opened(&world, 60).await;
    let (status, people) = asked(&world, &token, Method::GET, "/api/v1/people").await;
    assert_eq!(status, StatusCode::OK, "{people}");
    let listed = world.owner.get("/api/v1/operator-access").await.unwrap();
    assert_eq!(listed[0]["id"], id.to_string());
    assert_eq!(listed[0]["reason"], REASON);
    assert_eq!(listed[0]["operator"], "Example Operator");
    let page = world
        .owner
        .send(Method::GET, "/access/operators", None)
        .await;
    let page = page.unwrap().text().await.unwrap();
    assert!(page.contains(REASON) && page.contains("/end\""), "{page}");
    let log = world
        .owner
        .get("/api/v1/audit/entries")
        .await
        .unwrap()
        .to_string();
    assert!(
        log.contains("access.operator_opened") && log.contains(REASON),
        "{log}"
    );
    let mails = "select count(*) from mail.outbox where template = 'operator_access' and data ->> 'what' = $1";
    let mut fate = PgConnection::connect_with(&world.app.database.superuser_options())
        .await
        .unwrap();
    let mails: i64 = sqlx::query_scalar(mails)
        .bind(REASON)
        .fetch_one(&mut fate)
        .await
        .unwrap();
    assert_eq!(mails, 1, "to the owner");
    // That it was used is told as well, once: the front notes uses now and then.
    let mut front = world.sql("countersign_front").await;
    for _ in 0..2 {
        sqlx::query("select access.note_use(array[$1])")
            .bind(&crypto::digest::sha256(token.as_bytes())[..])
            .execute(&mut front)
            .await
            .unwrap();
    }
    let told = "select count(*) from audit.entries where action = 'access.operator_used'";
    let told: i64 = sqlx::query_scalar(told)
        .fetch_one(&mut front)
        .await
        .unwrap();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn an_operator_writes_nothing_and_sees_nothing_of_a_persons_own() {
    let world = World::start().await;
    let (proposal, _) = world.propose("Secret").await;
    open(&world.owner, &world.reading, "none").await;
    let (_, token) = opened(&world, 60).await;
    let connections = asked(&world, &token, Method::GET, "/api/v1/connections")
        .await
        .1;
    assert!(
        connections.to_string().contains(&world.writing),
        "{connections}"
    );
    assert!(
        !connections.to_string().contains(&world.reading),
        "what is not everybody's"
    );
    for route in web::routes() {
        let is_ours = route.surface == web::Surface::Api && route.path.starts_with("/api/v1/");
        if !is_ours || route.method == Method::OPTIONS || route.access == web::Access::Public {
            continue;
        }
        if route.method != Method::GET {
            let path = route.path.replace("{id}", &proposal);
            let (status, told) = asked(&world, &token, route.method.clone(), &path).await;
            let expected = match route.access {
                // It is no session, whole or half.
                web::Access::HalfSession => StatusCode::UNAUTHORIZED,
                _ => StatusCode::FORBIDDEN,
            };
            assert_eq!(status, expected, "{} {path}: {told}", route.method);
        }
    }
    let path = format!("/api/v1/approvals/{proposal}");
    for path in ["/api/v1/me", "/api/v1/sessions", "/api/v1/passkeys", &path] {
        let (status, told) = asked(&world, &token, Method::GET, path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}: {told}");
    }
    let page = program()
        .get(format!("{}/people", world.app.url))
        .bearer_auth(&token)
        .send();
    assert_eq!(page.await.unwrap().status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_organisation_ends_it_at_once_and_time_does_too() {
    let world = World::start().await;
    let admin = colleague(&world.app, &world.owner, "ADMIN-80").await;
    let member = colleague(&world.app, &world.owner, "PARTICIPANT-60").await;
    let (id, token) = opened(&world, 60).await;
    let path = format!("/api/v1/operator-access/{id}");
    let refused = member
        .send(Method::DELETE, &path, Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let ended = admin
        .submit(&format!("/access/operators/{id}/end"), &[])
        .await
        .unwrap();
    assert_eq!(ended.status(), StatusCode::SEE_OTHER);
    let after = asked(&world, &token, Method::GET, "/api/v1/people").await;
    assert_eq!(after.0, StatusCode::UNAUTHORIZED);
    let again = admin
        .send(Method::DELETE, &path, Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    let (_, token) = opened(&world, 60).await;
    world
        .fate("update access.operator_access set opened_at = opened_at - interval '2 hours', expires_at = expires_at - interval '2 hours'")
        .await;
    let after = asked(&world, &token, Method::GET, "/api/v1/people").await;
    assert_eq!(after.0, StatusCode::UNAUTHORIZED);
    // Closed at the command line.
    let (id, token) = opened(&world, 60).await;
    let db = world.app.db("countersign_broker");
    assert!(access::close_operator(&db, id).await.unwrap());
    assert!(!access::close_operator(&db, id).await.unwrap());
    let after = asked(&world, &token, Method::GET, "/api/v1/people").await;
    assert_eq!(after.0, StatusCode::UNAUTHORIZED);
    let listed = access::operator_accesses(&db, 1).await.unwrap();
    assert_eq!(listed.len(), 3);
    assert_eq!(listed.iter().filter(|row| row.ended_by_tenant).count(), 1);
}

#[tokio::test]
async fn nobody_opens_one_without_a_reason_and_not_with_the_web_processs_login() {
    let world = World::start().await;
    let open = |reason: &str, seconds: u32| {
        format!(
            "select access.open_operator(gen_random_uuid(), (select id from identity.organisations limit 1), null,
                'Thief', '{reason}', sha256('x'), {seconds})"
        )
    };
    let mut thief = world.sql("countersign_front").await;
    assert_eq!(refusal(&mut thief, &open(REASON, 600)).await, "42501");
    for (reason, seconds) in [
        ("", 600),
        ("          ", 600),
        (REASON, 0),
        (REASON, 8 * 3600 + 1),
    ] {
        let mut broker = world.sql("countersign_broker").await;
        let refused = refusal(&mut broker, &open(reason, seconds)).await;
        assert_eq!(refused, "23514", "{reason} {seconds}");
    }
    for statement in [
        "insert into access.operator_access (org_id, id, operator, reason, token_hash, expires_at)
         values (ctx.org(), gen_random_uuid(), 'Thief', 'because I want to look', sha256('x'), now() + interval '1 hour')",
        "update access.operator_access set expires_at = now() + interval '7 hours'",
        "delete from access.operator_access",
        "select token_hash from access.operator_access",
        "select access.close_operator(gen_random_uuid())",
    ] {
        let mut thief = world.sql("countersign_front").await;
        assert_eq!(refusal(&mut thief, statement).await, "42501", "{statement}");
    }
    let gone = NewOperatorAccess::parse(
        "No such place",
        "Example Operator",
        REASON,
        Duration::from_hours(1),
    );
    let gone = access::open_operator(&world.app.db("countersign_broker"), &gone.unwrap()).await;
    assert!(matches!(gone, Err(OpenOperatorError::Gone)));
}

#[tokio::test]
async fn nothing_is_opened_where_no_owner_would_be_told() {
    let world = World::start().await;
    let stranger = signed_up(&world.app).await;
    let erased = stranger.me["organisation"].as_str().unwrap().to_owned();
    let email = stranger.me["email"].as_str().unwrap();
    let gone = stranger
        .submit("/account/delete", &[("email", email)])
        .await;
    assert_eq!(gone.unwrap().status(), StatusCode::OK);
    let db = world.app.db("countersign_broker");
    // Where people are who are in none, and one whose last member went: its log is left.
    for organisation in ["No organisation", "Deleted organisation", &erased] {
        let hour = Duration::from_hours(1);
        let new = NewOperatorAccess::parse(organisation, "Example Operator", REASON, hour);
        let opened = access::open_operator(&db, &new.unwrap()).await;
        assert!(
            matches!(opened, Err(OpenOperatorError::Gone)),
            "{organisation}"
        );
    }
}
