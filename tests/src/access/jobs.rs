//! A job holds no more than the program that made it, whoever writes the statement that makes it.

use crypto::digest::sha256;
use demo::Person;
use kernel::OrganisationId;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::app::TestApp;

use crate::oauth::client::Client;
use crate::world::signed_up;

/// A job of a scan, as the web process's login adds it.
const ADD: &str = "insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
     values (gen_random_uuid(), ctx.org(), ctx.person(), 'front', 'connectors.scan', '{}')";
const NOTHING: [&str; 0] = [];

/// What a job holds that the front's login adds, bound by `bind`, after `meanwhile` by the administrator. Rolled back.
async fn in_a_job(app: &TestApp, (bind, add): (&str, &str), meanwhile: &str) -> Vec<String> {
    let options = app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    let make = format!(
        "begin; set local session authorization countersign_front; {bind}; {add};
         select jobs.claim(array[sha256('job')], 300, 1000);
         reset session authorization; {meanwhile};
         set local session authorization countersign_front; select ctx.bind_job(sha256('job'))"
    );
    hand.execute(AssertSqlSafe(make)).await.unwrap();
    let held = sqlx::query_scalar("select unnest(ctx.permissions())");
    let held = held.fetch_all(&mut hand).await.unwrap();
    hand.execute("rollback").await.unwrap();
    held
}

fn bind(function: &str, token: &Value) -> String {
    let hash = sha256(token.as_str().unwrap().as_bytes());
    format!("select ctx.{function}('\\x{}')", hex::encode(hash))
}

/// The condition of one organisation's rows.
fn of(person: &Person, column: &str) -> String {
    let id: OrganisationId = person.me["organisation"].as_str().unwrap().parse().unwrap();
    format!("where {column} = '{}'", id.uuid())
}

#[tokio::test]
async fn a_job_of_an_ai_client_has_what_the_client_had_and_has() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let client = Client::register(&app.url).await;
    let given = ["connectors.read", "insight.read"];
    let tokens = client.tokens(&owner, &given).await;
    let bound = bind("bind_access_token", &tokens["access_token"]);
    let limit = |most: &str| {
        let own = of(&owner, "id");
        format!("update identity.organisations set clients_may = {most} {own}")
    };
    let by_client = (bound.as_str(), ADD);
    assert_eq!(in_a_job(&app, by_client, "").await, given);
    let revoke = format!(
        "update oauth.grants set ended_at = now(), ended_why = 'revoked' {}",
        of(&owner, "org_id")
    );
    for ends in [limit("'{}'"), revoke] {
        assert_eq!(in_a_job(&app, by_client, &ends).await, NOTHING, "{ends}");
    }
    let narrowed = in_a_job(&app, by_client, &limit("'{insight.read}'")).await;
    assert_eq!(narrowed, ["insight.read"]);
    // What it did not have when it made the job, the job does not get when the limit is lifted.
    crate::sql::fate(&app, &limit("'{insight.read}'")).await;
    let lifted = in_a_job(&app, by_client, &limit("null")).await;
    assert_eq!(lifted, ["insight.read"]);
}

#[tokio::test]
async fn a_job_of_a_key_ends_with_the_key_and_so_does_a_job_of_that_job() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let form = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = owner.write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED);
    let bound = bind("bind_api_key", &made.await.unwrap()["key"]);
    let nested = format!(
        "{ADD}; select jobs.claim(array[sha256('first')], 300, 1000); select ctx.bind_job(sha256('first')); {ADD}"
    );
    for add in [ADD, &nested] {
        let by_key = (bound.as_str(), add);
        assert_eq!(in_a_job(&app, by_key, "").await, ["insight.read"], "{add}");
        for ends in ["revoked_at = now()", "expires_at = now()"] {
            let ends = format!("update access.api_keys set {ends} {}", of(&owner, "org_id"));
            assert_eq!(in_a_job(&app, by_key, &ends).await, NOTHING, "{ends}");
        }
    }
}

#[tokio::test]
async fn a_job_for_another_kind_of_work_holds_nothing() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let session = hex::encode(crate::world::session_hash(&owner).as_bytes());
    let bound = format!("select ctx.bind_session('\\x{session}')");
    let mail = ADD.replace("connectors.scan", "mail.send");
    assert_eq!(in_a_job(&app, (&bound, &mail), "").await, NOTHING);
    assert_eq!(in_a_job(&app, (&bound, ADD), "").await.len(), 4);
}

#[tokio::test]
async fn no_statement_makes_a_job_of_nobodys_by_dropping_its_context_on_the_way() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let form = json!({ "name": "Key", "scopes": ["approvals.read"], "expires_in_days": 1 });
    let made = owner.write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED);
    let bound = bind("bind_api_key", &made.await.unwrap()["key"]);
    let options = app.database.superuser_options();
    let mut hand = PgConnection::connect_with(&options).await.unwrap();
    // The second row's identifier is read after the context is gone.
    let drops = "insert into jobs.jobs (id, org_id, user_id, queue, kind, payload)
        select case when n = 2 then (select gen_random_uuid()
                                       from (select set_config('countersign.context', '', true)) gone
                                      where gone.set_config is not null)
                    else gen_random_uuid() end, org, person, 'front', 'connectors.scan', '{}'
          from (select ctx.org() as org, ctx.person() as person offset 0) own, generate_series(1, 2) n";
    let make =
        format!("begin; set local session authorization countersign_front; {bound}; {drops}");
    let refused = hand.execute(AssertSqlSafe(make)).await.unwrap_err();
    let code = refused.as_database_error().unwrap().code();
    assert_eq!(code.as_deref(), Some("42501"), "{refused}");
}

#[tokio::test]
async fn a_scan_is_not_begun_by_what_could_not_end_it() {
    let world = crate::world::World::start().await;
    let mut scopes = vec!["connectors.read", "connectors.scan", "insight.import"];
    let path = format!("/api/v1/connections/{}/scan", world.reading);
    for status in [StatusCode::FORBIDDEN, StatusCode::ACCEPTED] {
        let form = json!({ "name": "Key", "scopes": scopes, "expires_in_days": 1 });
        let made = world
            .owner
            .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED);
        let made = made.await.unwrap();
        let asked = crate::oauth::client::plain().post(format!("{}{path}", world.app.url));
        let asked = asked.bearer_auth(made["key"].as_str().unwrap());
        let answer = asked.json(&json!({})).send().await.unwrap();
        assert_eq!(answer.status(), status);
        let said = answer.text().await.unwrap();
        assert!(
            status.is_success() || said.contains("insight.read"),
            "{said}"
        );
        scopes.push("insight.read");
    }
}
