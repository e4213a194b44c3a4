//! What becomes of somebody whom a directory names.

use demo::{Person, unused_address};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::TestApp;

use super::{Directory, log, refusal};
use crate::access::colleague;
use crate::mail::mailed;
use crate::sql::fate;
use crate::visitor::Visitor;
use crate::world::{PASSWORD, signed_up};

async fn names(owner: &Person) -> Vec<(String, String, bool)> {
    let people = owner.get("/api/v1/people").await.unwrap();
    let people = people.as_array().unwrap().iter();
    people
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (text("email"), text("role"), one["is_provisioned"] == true)
        })
        .collect()
}

#[tokio::test]
async fn somebody_without_an_account_gets_one_without_a_way_in_and_is_a_participant() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let person = directory.person("bo");
    let made = directory.send(Method::POST, "/Users", Some(&person)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    assert!(id.starts_with("usr_"), "{id}");
    let location = format!("{}/scim/v2/Users/{id}", app.url);
    assert_eq!(made.body["meta"]["location"], location);
    assert_eq!(made.headers["location"], location);
    assert_eq!(made.headers["content-type"], "application/scim+json");
    assert_eq!(
        (&made.body["active"], &made.body["externalId"]),
        (&json!(true), &json!("ext-bo"))
    );
    assert_eq!(made.body["name"], person["name"]);
    let address = directory.address("bo");
    let member = (address.clone(), "PARTICIPANT".to_owned(), true);
    assert!(names(&owner).await.contains(&member));
    // No password opens it, nor is a mail sent.
    assert!(Person::sign_in(&app.url, &address, PASSWORD).await.is_err());
    let statement = format!(
        "update identity.users set name = name where email = '{address}' and not has_password
            and email_verified_at is not null and provisioned_by is not null and name = 'bo Ek'"
    );
    assert_eq!(fate(&app, &statement).await, 1);
    let mails = "update mail.outbox set state = state where recipient like '%.example' and recipient like 'bo@%'";
    assert_eq!(fate(&app, mails).await, 0);
    let entry = log(&owner)
        .await
        .into_iter()
        .find(|entry| entry["action"] == "identity.provisioned");
    let entry = entry.unwrap();
    assert_eq!(entry["subject"], id);
    assert!(entry.to_string().contains("service_key"), "{entry}");
    let same = directory.send(Method::POST, "/Users", Some(&person)).await;
    assert_eq!(refusal(&same), (409, "uniqueness"));
}

#[tokio::test]
async fn a_member_is_adopted_with_the_role_that_they_have() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let admin = colleague(&app, &owner, "ADMIN-80").await;
    let email = admin.me["email"].as_str().unwrap();
    // Their address is of another domain, as one is that was there before the domain was verified.
    let mut person = directory.person("admin");
    person["emails"] = json!([{ "value": email, "primary": true }]);
    let foreign = directory.send(Method::POST, "/Users", Some(&person)).await;
    assert_eq!(refusal(&foreign), (400, "invalidValue"));
    let domain = email.split_once('@').unwrap().1;
    super::verified(&app, &owner, domain).await;
    let adopted = directory.send(Method::POST, "/Users", Some(&person)).await;
    assert_eq!(adopted.status, StatusCode::CREATED, "{adopted:?}");
    assert_eq!(adopted.body["id"], admin.me["user"]);
    assert_eq!(adopted.body["active"], true);
    let member = (email.to_owned(), "ADMIN".to_owned(), true);
    assert!(names(&owner).await.contains(&member), "the role stays");
    // And so does who they are.
    admin.get("/api/v1/me").await.unwrap();
    assert_eq!(
        admin.get("/api/v1/me").await.unwrap()["name"],
        admin.me["name"]
    );
}

#[tokio::test]
async fn somebody_with_an_account_of_their_own_is_asked_and_joins_when_they_say_yes() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let stranger = signed_up(&app).await;
    let email = stranger.me["email"].as_str().unwrap();
    super::verified(&app, &owner, email.split_once('@').unwrap().1).await;
    let mut person = directory.person("stranger");
    person["emails"] = json!([{ "value": email, "primary": true }]);
    let named = directory.send(Method::POST, "/Users", Some(&person)).await;
    assert_eq!(named.status, StatusCode::CREATED, "{named:?}");
    assert_eq!(named.body["active"], false, "until they accept");
    let text = named.body.to_string();
    assert!(
        !text.contains(stranger.me["name"].as_str().unwrap()),
        "nothing of their account"
    );
    let id = named.body["id"].as_str().unwrap();
    assert!(
        names(&owner)
            .await
            .iter()
            .all(|(address, _, _)| address != email)
    );
    let team = directory.team("Support", &[id]).await;
    let members = async || owner.get("/api/v1/teams").await.unwrap()[0]["members"].clone();
    assert_eq!(members().await, json!([]), "they are no member");
    // The directory says again that they are active: they are asked once.
    assert_eq!(directory.active(id, true).await.body["active"], false);
    let token = mailed(&owner, email, "/invitation?token=").await;
    let accepted = stranger
        .submit("/invitation/accept", &[("token", token.as_str())])
        .await
        .unwrap();
    assert_eq!(accepted.status(), StatusCode::SEE_OTHER);
    let shown = directory.get(&format!("/Users/{id}")).await;
    assert_eq!(shown["active"], true);
    assert_eq!(
        members().await[0]["user"],
        id,
        "in the team that the directory said"
    );
    let group = directory.get(&format!("/Groups/{team}")).await;
    assert_eq!(group["members"][0]["value"], id);
}

#[tokio::test]
async fn an_invitation_that_the_directory_takes_back_opens_nothing() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let stranger = signed_up(&app).await;
    let email = stranger.me["email"].as_str().unwrap();
    super::verified(&app, &owner, email.split_once('@').unwrap().1).await;
    let mut person = directory.person("stranger");
    person["emails"] = json!([{ "value": email }]);
    let named = directory.send(Method::POST, "/Users", Some(&person)).await;
    let id = named.body["id"].as_str().unwrap().to_owned();
    let token = mailed(&owner, email, "/invitation?token=").await;
    assert_eq!(directory.active(&id, false).await.status, StatusCode::OK);
    let fields = [("token", token.as_str())];
    let refused = stranger
        .submit("/invitation/accept", &fields)
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::GONE);
    let path = format!("/Users/{id}");
    let gone = directory.send(Method::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        refusal(&directory.send(Method::GET, &path, None).await).0,
        404
    );
    stranger.get("/api/v1/me").await.unwrap();
}

#[tokio::test]
async fn what_is_removed_leaves_the_account_and_comes_back_only_by_who_may_speak_for_it() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let id = directory.made("bo").await;
    let path = format!("/Users/{id}");
    let remove = async || directory.send(Method::DELETE, &path, None).await.status;
    assert_eq!(remove().await, StatusCode::NO_CONTENT);
    assert_eq!(remove().await, StatusCode::NOT_FOUND);
    assert_eq!(names(&owner).await.len(), 1);
    // Nobody has made it their own: the directory alone speaks for it.
    assert_eq!(directory.made("bo").await, id);
    assert_eq!(names(&owner).await.len(), 2);
    // Their own from here on: a password by mail.
    let address = directory.address("bo");
    let mut visitor = Visitor::new(&app.url);
    visitor
        .post(
            "/forgot-password",
            "/forgot-password",
            &[("email", &address)],
        )
        .await;
    let token = mailed(&owner, &address, "/reset-password?token=").await;
    let fields = [("token", token.as_str()), ("password", PASSWORD)];
    let set = Visitor::new(&app.url)
        .post("/sign-in", "/reset-password", &fields)
        .await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text);
    let person = Person::sign_in(&app.url, &address, PASSWORD).await.unwrap();
    assert_eq!(remove().await, StatusCode::NO_CONTENT);
    assert!(
        person.get("/api/v1/me").await.is_err(),
        "the session has ended"
    );
    let again = directory
        .send(Method::POST, "/Users", Some(&directory.person("bo")))
        .await;
    assert_eq!(again.status, StatusCode::CREATED);
    assert_eq!(again.body["active"], false, "they are asked");
    let alone = Person::sign_in(&app.url, &address, PASSWORD)
        .await
        .unwrap_err();
    assert!(
        format!("{alone:?}").contains("organisation"),
        "the account is theirs: {alone:?}"
    );
}

#[tokio::test]
async fn who_signed_up_under_an_address_and_never_showed_it_holds_nobody_off() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let address = directory.address("bo");
    let squatter = Person::sign_up(&app.url, &address, PASSWORD).await.unwrap();
    let id = directory.made("bo").await;
    assert_ne!(squatter.me["user"], id);
    let people = names(&owner).await;
    let member = (address.clone(), "PARTICIPANT".to_owned(), true);
    assert!(people.contains(&member), "{people:?}");
    // The squatter has their own organisation, alone, and no address.
    let me = squatter.get("/api/v1/me").await.unwrap();
    assert_eq!(me["organisation"], squatter.me["organisation"]);
    assert!(
        me["email"]
            .as_str()
            .unwrap()
            .ends_with("@displaced.invalid"),
        "{me}"
    );
    assert!(Person::sign_in(&app.url, &address, PASSWORD).await.is_err());
}

#[tokio::test]
async fn changes_are_the_directorys_and_so_is_the_address_while_it_alone_speaks_for_the_account() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let id = directory.made("bo").await;
    let path = format!("/Users/{id}");
    let changed = directory
        .patch(
            &path,
            json!([
                { "op": "Replace", "path": "displayName", "value": "Bo Ekman" },
                { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": directory.address("ekman") },
                { "op": "Replace", "path": "userName", "value": directory.address("ekman") },
                { "op": "Add", "path": "title", "value": "Director" },
            ]),
        )
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_eq!(changed.body["displayName"], "Bo Ekman");
    assert_eq!(
        changed.body["emails"][0]["value"],
        directory.address("ekman")
    );
    let people = owner.get("/api/v1/people").await.unwrap();
    let bo = people
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == id)
        .unwrap();
    assert_eq!(
        bo["name"], "Bo Ekman",
        "nobody but the directory speaks for them"
    );
    assert_eq!(bo["email"], directory.address("ekman"));
    // A PUT says all of it: what it leaves out is gone, but for whether they are active.
    let whole = json!({ "schemas": [super::USER], "userName": "bo" });
    let replaced = directory.send(Method::PUT, &path, Some(&whole)).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    assert_eq!(
        (&replaced.body["active"], replaced.body.get("emails")),
        (&json!(true), None)
    );
    // Not of the mails about the move, which go out meanwhile.
    let told = async || {
        let entries = log(&owner).await;
        let is_own = |entry: &&Value| entry["action"].as_str().unwrap().starts_with("identity.");
        entries.iter().filter(is_own).count()
    };
    let entries = told().await;
    directory.send(Method::PUT, &path, Some(&whole)).await;
    assert_eq!(
        told().await,
        entries,
        "what changes nothing is told nowhere"
    );
    let elsewhere =
        json!([{ "op": "add", "path": "emails", "value": [{ "value": unused_address() }] }]);
    let refused = directory.patch(&path, elsewhere).await;
    assert_eq!(refusal(&refused), (400, "invalidValue"));
    directory.made("al").await;
    let taken = json!([{ "op": "replace", "path": "userName", "value": directory.address("AL") }]);
    assert_eq!(
        refusal(&directory.patch(&path, taken).await),
        (409, "uniqueness")
    );
}

#[tokio::test]
async fn an_account_of_its_persons_own_is_not_moved_by_a_directory() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let rename = |to: &str| json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": directory.address(to) }]);
    let address = async |id: &str| {
        let people = owner.get("/api/v1/people").await.unwrap();
        let mut people = people.as_array().unwrap().iter();
        people.find(|one| one["id"] == id).unwrap()["email"].clone()
    };
    // By each way in of its own, and by another organisation that it is in.
    for (name, own) in [
        ("pw", "update identity.users set has_password = true where id = WHO"),
        (
            "key",
            "insert into identity.identities (user_id, id, issuer, subject, label)
             values (WHO, gen_random_uuid(), 'https://login.example', 'key', 'key')",
        ),
        (
            "two",
            "with made as (insert into identity.organisations (id, name) values (gen_random_uuid(), 'Other') returning id)
             insert into identity.memberships (org_id, user_id, role, level) select id, WHO, 'PARTICIPANT', 40 from made",
        ),
    ] {
        let id = directory.made(name).await;
        let who = id.parse::<kernel::UserId>().unwrap().uuid();
        assert_eq!(fate(&app, &own.replace("WHO", &format!("'{who}'"))).await, 1);
        let path = format!("/Users/{id}");
        let refused = directory.patch(&path, rename("stolen")).await;
        assert_eq!(refusal(&refused), (400, "mutability"), "{name}");
        assert!(refused.body["detail"].as_str().unwrap().contains("Profile"));
        assert_eq!(address(&id).await, directory.address(name), "{name}");
        let kept = directory.get(&path).await;
        assert_eq!(kept["emails"][0]["value"], directory.address(name));
        // What is not about the address is taken all the same.
        let said = json!([{ "op": "replace", "path": "displayName", "value": "Somebody" }]);
        assert_eq!(directory.patch(&path, said).await.status, StatusCode::OK);
    }
    // Nor one that the directory only adopted, nor to somebody else's, but to one that a squatter never verified.
    let id = directory.made("bo").await;
    let path = format!("/Users/{id}");
    let refused = directory.patch(&path, rename("pw")).await;
    assert_eq!(refusal(&refused), (409, "uniqueness"));
    let squatted = directory.address("free");
    let squatter = Person::sign_up(&app.url, &squatted, PASSWORD)
        .await
        .unwrap();
    let moved = directory.patch(&path, rename("free")).await;
    assert_eq!(moved.status, StatusCode::OK, "{moved:?}");
    assert_eq!(address(&id).await, squatted);
    let me = squatter.get("/api/v1/me").await.unwrap();
    assert_ne!(me["email"], squatted, "{me}");
    // Both mailboxes are told.
    let told = format!(
        "update mail.outbox set state = state where template = 'email_changed'
            and recipient in ('{}', '{squatted}')",
        directory.address("bo")
    );
    assert_eq!(fate(&app, &told).await, 2);
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_written_over() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let directory = Directory::of(&app, &owner).await;
    let id = directory.made("bo").await;
    let path = format!("/Users/{id}");
    let first = directory.send(Method::GET, &path, None).await;
    let version = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(first.body["meta"]["version"], version);
    let known = [("if-none-match", version.as_str())];
    let same = directory.send_with(Method::GET, &path, None, &known).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    // RFC 9110 15.4.5.
    assert_eq!(same.headers["etag"], version);
    directory.active(&id, false).await;
    let stale = [("if-match", version.as_str())];
    let body = directory.person("bo").to_string();
    for (method, body) in [(Method::PUT, Some(body)), (Method::DELETE, None)] {
        let refused = directory.send_with(method, &path, body, &stale).await;
        assert_eq!(refusal(&refused).0, 412);
    }
    assert_eq!(directory.get(&path).await["active"], false);
}
