//! Who else would like to be a directory, and what a directory would like to do.

use demo::unused_address;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::TestApp;

use super::{Directory, GROUP, USER, refusal, service_key};
use crate::access::colleague;
use crate::oauth::client::Client;
use crate::world::{World, signed_up};

#[tokio::test]
async fn nobody_but_a_key_with_the_permission_speaks_for_a_directory() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let form = json!({ "name": "Key", "scopes": ["people.read"], "expires_in_days": 1 });
    let personal = owner.write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED);
    let personal = personal.await.unwrap()["key"].as_str().unwrap().to_owned();
    let reading = service_key(&owner, &["people.read", "teams.read"]).await;
    let client = Client::register(&app.url).await;
    let tokens = client.tokens(&owner, &["insight.read"]).await;
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    for (key, status) in [
        (personal, 403),
        (reading, 403),
        (token, 401),
        ("css_made_up".to_owned(), 401),
        (String::new(), 401),
    ] {
        let other = Directory::with(&app, key.clone(), directory.domain.clone());
        let person = directory.person("bo");
        for (method, path, body) in [
            (Method::GET, "/Users", None),
            (Method::GET, "/ServiceProviderConfig", None),
            (Method::POST, "/Users", Some(&person)),
        ] {
            let answer = other.send(method, path, body).await;
            assert_eq!(refusal(&answer).0, status, "{key} {path}");
        }
    }
    // A session, whatever its person holds.
    let answer = owner
        .send(Method::GET, "/scim/v2/Users", None)
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    // No program that acts for a person is given it, and nobody gives what they do not hold.
    let wanted = json!({ "name": "Key", "scopes": ["people.provision"], "expires_in_days": 1 });
    let refused = owner
        .send(Method::POST, "/api/v1/api-keys", Some(&wanted))
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let manager = colleague(&app, &owner, "PARTICIPANT-60").await;
    let refused = manager
        .send(Method::POST, "/api/v1/service-keys", Some(&wanted))
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    // With it alone a key opens nothing else.
    for path in ["/api/v1/people", "/api/v1/teams", "/api/v1/audit/entries"] {
        assert_eq!(
            client.get(path, &directory.key).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_while_in_use_is_refused_at_its_next_request() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let id = directory.made("bo").await;
    let keys = owner.get("/api/v1/service-keys").await.unwrap();
    let path = format!("/api/v1/service-keys/{}", keys[0]["id"].as_str().unwrap());
    let revoked = owner.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(revoked.status(), StatusCode::NO_CONTENT);
    for answer in [
        directory.send(Method::GET, "/Users", None).await,
        directory.active(&id, false).await,
        directory
            .send(Method::DELETE, &format!("/Users/{id}"), None)
            .await,
    ] {
        assert_eq!(refusal(&answer).0, 401);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn another_tenants_people_and_teams_are_not_there() {
    let world = World::start().await;
    let app = &world.app;
    let stranger = signed_up(app).await;
    let (ours, theirs) = (
        Directory::of(app, &world.owner).await,
        Directory::of(app, &stranger).await,
    );
    let (mine, bo) = (ours.made("mine").await, theirs.made("bo").await);
    let (my_team, their_team) = (
        ours.team("Support", &[&mine]).await,
        theirs.team("Support", &[&bo]).await,
    );
    let whole = theirs.person("bo");
    let group = json!({ "schemas": [GROUP], "displayName": "Desk", "members": [] });
    let operation = json!({ "schemas": [super::PATCH], "Operations": [{ "op": "replace", "path": "externalId", "value": "x" }] });
    for (path, body) in [
        (format!("/Users/{bo}"), &whole),
        (format!("/Groups/{their_team}"), &group),
    ] {
        for (method, body) in [
            (Method::GET, None),
            (Method::PUT, Some(body)),
            (Method::PATCH, Some(&operation)),
            (Method::DELETE, None),
        ] {
            let answer = ours.send(method.clone(), &path, body).await;
            assert_eq!(refusal(&answer).0, 404, "{method} {path}");
        }
    }
    // Nor are they added to a team, however it is said; nor a member whom the directory never named.
    let owner_id = world.owner.me["user"].as_str().unwrap();
    for somebody in [bo.as_str(), owner_id, their_team.as_str(), "usr_0"] {
        let members = json!([{ "value": somebody }]);
        let made = json!({ "schemas": [GROUP], "displayName": "New", "members": members });
        let replaced = json!({ "schemas": [GROUP], "displayName": "Support", "members": members });
        let path = format!("/Groups/{my_team}");
        for answer in [
            ours.send(Method::POST, "/Groups", Some(&made)).await,
            ours.send(Method::PUT, &path, Some(&replaced)).await,
            ours.patch(
                &path,
                json!([{ "op": "add", "path": "members", "value": members }]),
            )
            .await,
        ] {
            assert_eq!(refusal(&answer), (400, "invalidValue"), "{somebody}");
        }
    }
    let listed = ours.get("/Users").await.to_string() + &ours.get("/Groups").await.to_string();
    assert!(
        !listed.contains(&bo) && !listed.contains(&their_team),
        "{listed}"
    );
    let unchanged = theirs.get(&format!("/Groups/{their_team}")).await;
    assert_eq!(unchanged["members"][0]["value"], bo);
    // A domain is one organisation's: theirs is none of ours.
    let answer = ours
        .send(Method::POST, "/Users", Some(&theirs.person("al")))
        .await;
    assert_eq!(refusal(&answer), (400, "invalidValue"));
}

#[tokio::test]
async fn an_address_outside_of_the_domains_gets_no_account_and_joins_nobody() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let stranger = signed_up(&app).await;
    let sub = format!("bo@sub.{}", directory.domain);
    let odd = format!("bo@evil.example@{}", directory.domain);
    let suffix = format!("bo@evil{}", directory.domain);
    for address in [
        &unused_address(),
        stranger.me["email"].as_str().unwrap(),
        &sub,
        &odd,
        &suffix,
        "bo",
        "",
    ] {
        let mut body = directory.person("bo");
        body["emails"] = json!([{ "value": address, "primary": true }]);
        let answer = directory.send(Method::POST, "/Users", Some(&body)).await;
        assert_eq!(refusal(&answer), (400, "invalidValue"), "{address}");
        // A second one that would do is not the one that counts.
        body["emails"] =
            json!([{ "value": address, "primary": true }, { "value": directory.address("bo") }]);
        let answer = directory.send(Method::POST, "/Users", Some(&body)).await;
        assert_eq!(refusal(&answer), (400, "invalidValue"), "{address}");
    }
    // Until the domain is shown to be theirs, it is nobody's.
    crate::sql::fate(&app, "update identity.domains set verified_at = null").await;
    let answer = directory
        .send(Method::POST, "/Users", Some(&directory.person("bo")))
        .await;
    assert_eq!(refusal(&answer), (400, "invalidValue"));
    assert_eq!(
        owner
            .get("/api/v1/people")
            .await
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_directory_gives_no_role_and_does_nothing_to_an_account_of_somebodys_own() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let mut body = directory.person("bo");
    for (name, value) in [
        ("roles", json!([{ "value": "OWNER" }])),
        ("entitlements", json!([{ "value": "ADMIN-80" }])),
        ("userType", json!("OWNER")),
        ("groups", json!([{ "value": "admins" }])),
        ("password", json!("correct horse battery staple")),
        ("id", json!(owner.me["user"])),
        ("role", json!("OWNER")),
        ("level", json!(100)),
        ("org_id", owner.me["organisation"].clone()),
    ] {
        body[name] = value;
    }
    let made = directory.send(Method::POST, "/Users", Some(&body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    assert_ne!(made.body["id"], owner.me["user"]);
    let people = owner.get("/api/v1/people").await.unwrap();
    let bo = people
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == made.body["id"])
        .unwrap();
    assert_eq!(
        (&bo["role"], &bo["level"]),
        (&json!("PARTICIPANT"), &json!(40))
    );
    let id = made.body["id"].as_str().unwrap();
    let raised = json!([
        { "op": "replace", "path": "roles[primary eq true].value", "value": "OWNER" },
        { "op": "replace", "value": { "roles": ["OWNER"], "userType": "ADMIN", "id": owner.me["user"] } },
        { "op": "replace", "path": "password", "value": "correct horse battery staple" },
    ]);
    let patched = directory.patch(&format!("/Users/{id}"), raised).await;
    assert_eq!(
        patched.status,
        StatusCode::OK,
        "dropped, as a directory's mapping would have it: {patched:?}"
    );
    assert_eq!(owner.get("/api/v1/people").await.unwrap(), people);
    let address = directory.address("bo");
    let password = "correct horse battery staple";
    assert!(
        demo::Person::sign_in(&app.url, &address, password)
            .await
            .is_err()
    );
    let immutable = json!([{ "op": "replace", "path": "id", "value": "usr_1" }]);
    let refused = directory.patch(&format!("/Users/{id}"), immutable).await;
    assert_eq!(refusal(&refused), (400, "mutability"));
}

#[tokio::test]
async fn a_browser_is_no_directory() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let own = app.url.clone();
    for (name, value) in [
        ("origin", own.as_str()),
        ("origin", "https://elsewhere.example"),
        ("cookie", "theme=dark"),
        ("sec-fetch-site", "same-origin"),
    ] {
        for (method, body) in [
            (Method::GET, None),
            (Method::POST, Some(directory.person("bo").to_string())),
        ] {
            let answer = directory
                .send_with(method, "/Users", body, &[(name, value)])
                .await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
}

#[tokio::test]
async fn bodies_that_are_large_deep_or_say_two_things_are_refused() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let post = async |body: String| {
        directory
            .send_with(Method::POST, "/Users", Some(body), &[])
            .await
    };
    let name = directory.address("bo");
    let twice = format!(r#"{{"schemas":["{USER}"],"userName":"{name}","userName":"root"}}"#);
    assert_eq!(refusal(&post(twice).await), (400, "invalidSyntax"));
    let cases = format!(r#"{{"schemas":["{USER}"],"userName":"{name}","USERNAME":"root"}}"#);
    assert_eq!(refusal(&post(cases).await), (400, "invalidSyntax"));
    let deep = format!(
        r#"{{"schemas":["{USER}"],"userName":"{name}","x":{}1{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    assert_eq!(refusal(&post(deep).await), (400, "invalidSyntax"));
    assert_eq!(refusal(&post("{".to_owned()).await), (400, "invalidSyntax"));
    assert_eq!(
        refusal(&post("[]".to_owned()).await),
        (400, "invalidSyntax")
    );
    let large = format!(
        r#"{{"schemas":["{USER}"],"userName":"{}"}}"#,
        "x".repeat(2 << 20)
    );
    assert_eq!(refusal(&post(large).await).0, 413);
    let mut many = directory.person("bo");
    many["emails"] = Value::Array(vec![json!({ "value": name }); 50]);
    assert_eq!(
        refusal(&post(many.to_string()).await),
        (400, "invalidValue")
    );
    let mut long = directory.person("bo");
    long["displayName"] = json!("x".repeat(300));
    assert_eq!(
        refusal(&post(long.to_string()).await),
        (400, "invalidValue")
    );
    let plain = [("content-type", "text/plain")];
    let body = Some(directory.person("bo").to_string());
    let untyped = directory
        .send_with(Method::POST, "/Users", body, &plain)
        .await;
    assert_eq!(refusal(&untyped).0, 415);
    let filter = "userName+pr+and+".repeat(200) + "userName+pr";
    let long = directory
        .send(Method::GET, &format!("/Users?filter={filter}"), None)
        .await;
    assert_eq!(refusal(&long), (400, "invalidFilter"));
    let deep = format!("{}userName+pr{}", "not+(".repeat(80), ")".repeat(80));
    let deep = directory
        .send(Method::GET, &format!("/Users?filter={deep}"), None)
        .await;
    assert_eq!(refusal(&deep), (400, "invalidFilter"));
    assert_eq!(directory.get("/Users").await["totalResults"], 0);
}
