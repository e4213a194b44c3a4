//! Inactive is out: at once, everywhere, until the directory says otherwise.

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _};
use testkit::app::TestApp;

use super::{Directory, refusal};
use crate::access::colleague;
use crate::oauth::client::Client;
use crate::sql;
use crate::world::{PASSWORD, session_hash, signed_up};

/// A colleague with every credential there is, whom the directory looks after.
async fn adopted(
    app: &TestApp,
    owner: &Person,
    directory: &Directory,
    standing: &str,
) -> (Person, String) {
    let person = colleague(app, owner, standing).await;
    let email = person.me["email"].as_str().unwrap();
    super::verified(app, owner, email.split_once('@').unwrap().1).await;
    let mut body = directory.person("adopted");
    body["emails"] = json!([{ "value": email }]);
    let named = directory.send(Method::POST, "/Users", Some(&body)).await;
    assert_eq!(named.status, StatusCode::CREATED, "{named:?}");
    let id = named.body["id"].as_str().unwrap().to_owned();
    (person, id)
}

#[tokio::test]
async fn whoever_is_made_inactive_is_refused_with_every_credential_at_the_next_request() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let (person, id) = adopted(&app, &owner, &directory, "ADMIN-80").await;
    let form = json!({ "name": "Key", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = person.write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED);
    let key = made.await.unwrap()["key"].as_str().unwrap().to_owned();
    let client = Client::register(&app.url).await;
    let tokens = client.tokens(&person, &["insight.read"]).await;
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let nothing = json!({});
    let path = "/api/v1/sign-in-links";
    let link = person.write(Method::POST, path, &nothing, StatusCode::CREATED);
    let link = link.await.unwrap();
    let ask = async |bearer: &str| client.get("/api/v1/logs", bearer).await.0;
    let hash = |text: &str| hex::encode(crypto::digest::sha256(text.as_bytes()));
    let raw = link["url"]
        .as_str()
        .unwrap()
        .split_once("token=")
        .unwrap()
        .1;
    let opens = format!(
        "rollback; begin; select 1 / count(*) from identity.sign_in_link('\\x{}')",
        hash(raw)
    );
    let mut front = sqlx::PgConnection::connect_with(&app.login("countersign_front"))
        .await
        .unwrap();
    assert_eq!(sql::refusal(&mut front, &opens).await, "done");
    assert_eq!(
        (ask(&key).await, ask(&token).await),
        (StatusCode::OK, StatusCode::OK)
    );
    let gone = directory.active(&id, false).await;
    assert_eq!(
        (gone.status, &gone.body["active"]),
        (StatusCode::OK, &json!(false))
    );
    assert!(person.get("/api/v1/me").await.is_err());
    assert_eq!(
        (ask(&key).await, ask(&token).await),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
    );
    // Over SQL: no binder takes them, and nothing is held.
    let session = session_hash(&person).to_hex();
    for binder in [
        format!("select ctx.bind_session('\\x{session}')"),
        format!("select ctx.bind_half_session('\\x{session}')"),
        format!("select ctx.bind_lone_session('\\x{session}')"),
        format!("select ctx.bind_api_key('\\x{}')", hash(&key)),
        format!("select ctx.bind_access_token('\\x{}')", hash(&token)),
    ] {
        let refused = sql::refusal(&mut front, &format!("rollback; begin; {binder}")).await;
        assert_eq!(refused, "CS001", "{binder}");
    }
    assert_eq!(
        sql::refusal(&mut front, &opens).await,
        "22012",
        "the link opens nothing"
    );
    let superuser = app.database.superuser_options();
    let mut fate = sqlx::PgConnection::connect_with(&superuser).await.unwrap();
    let held: i64 = sqlx::query_scalar(AssertSqlSafe(
        "select count(*) from identity.memberships m, unnest(access.held('session', m.org_id, m.user_id, 100, '*'))
          where m.removed_at is not null"
            .to_owned(),
    ))
    .fetch_one(&mut fate)
    .await
    .unwrap();
    assert_eq!(held, 0);
    // They sign in, and are in no organisation.
    let email = person.me["email"].as_str().unwrap();
    let alone = Person::sign_in(&app.url, email, PASSWORD)
        .await
        .unwrap_err();
    assert!(
        format!("{alone:?}").contains("\"due\": String(\"organisation\")"),
        "{alone:?}"
    );
}

#[tokio::test]
async fn whoever_comes_back_is_what_they_were_without_what_ended() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let (person, id) = adopted(&app, &owner, &directory, "ADMIN-80").await;
    let team = directory.team("Support", &[&id]).await;
    directory.active(&id, false).await;
    let teams = owner.get("/api/v1/teams").await.unwrap();
    assert_eq!(teams[0]["members"], json!([]));
    let group = directory.get(&format!("/Groups/{team}")).await;
    assert_eq!(
        group["members"][0]["value"], id,
        "the directory still says so"
    );
    let back = directory.active(&id, true).await;
    assert_eq!(back.body["active"], true);
    let email = person.me["email"].as_str().unwrap();
    let again = Person::sign_in(&app.url, email, PASSWORD).await.unwrap();
    assert_eq!(again.me["role"], "ADMIN");
    let teams = owner.get("/api/v1/teams").await.unwrap();
    assert_eq!(teams[0]["members"][0]["user"], id);
    assert!(
        person.get("/api/v1/me").await.is_err(),
        "the session stays ended"
    );
}

#[tokio::test]
async fn an_owner_is_never_made_inactive_or_removed() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let email = owner.me["email"].as_str().unwrap();
    super::verified(&app, &owner, email.split_once('@').unwrap().1).await;
    let mut body = directory.person("owner");
    body["emails"] = json!([{ "value": email }]);
    body["active"] = json!(false);
    let refused = directory.send(Method::POST, "/Users", Some(&body)).await;
    assert_eq!(refusal(&refused), (403, "mutability"));
    body["active"] = json!(true);
    let named = directory.send(Method::POST, "/Users", Some(&body)).await;
    assert_eq!(
        named.status,
        StatusCode::CREATED,
        "the refusal left nothing behind"
    );
    let id = named.body["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let inactive = json!({ "schemas": [super::USER], "userName": "owner", "active": false });
    for refused in [
        directory.active(&id, false).await,
        directory.send(Method::PUT, &path, Some(&inactive)).await,
        directory.send(Method::DELETE, &path, None).await,
    ] {
        assert_eq!(refusal(&refused), (403, "mutability"));
    }
    assert_eq!(
        directory.get(&path).await["userName"],
        body["userName"],
        "nothing of it was done"
    );
    owner.get("/api/v1/people").await.unwrap();
}

#[tokio::test]
async fn whoever_people_removed_is_the_directorys_no_more() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let (person, id) = adopted(&app, &owner, &directory, "ADMIN-80").await;
    let removed = owner
        .submit(&format!("/people/{id}/remove"), &[])
        .await
        .unwrap();
    assert_eq!(removed.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        directory.active(&id, true).await.status,
        StatusCode::NOT_FOUND
    );
    // Named again, they are asked, and are no admin.
    let mut body = directory.person("adopted");
    body["emails"] = json!([{ "value": person.me["email"] }]);
    let named = directory.send(Method::POST, "/Users", Some(&body)).await;
    assert_eq!(
        (named.status, &named.body["active"]),
        (StatusCode::CREATED, &json!(false))
    );
    let page = owner.send(Method::GET, "/people", None).await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("Participant"), "{page}");
}
