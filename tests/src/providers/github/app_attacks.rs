//! What is tried with the keys and tokens of an app, and what goes wrong with them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::app::{APP, INSTALLATION};
use super::world::{GitHub, desk_with};
use crate::eventually::eventually;
use crate::world::settled;

/// A connection without a key.
async fn added(github: &GitHub) -> String {
    let form = json!({ "app": "github-app", "name": "GitHub", "purpose": "read" });
    let made = github.owner.write(
        Method::POST,
        "/api/v1/connections",
        &form,
        StatusCode::CREATED,
    );
    made.await.unwrap()["id"].as_str().unwrap().to_owned()
}

/// Gives a new connection a key: the status, and what is told.
async fn given(github: &GitHub, installation: &str, key: &str) -> (String, u16, Value) {
    let id = added(github).await;
    let (status, told) = given_to(github, &id, (installation, key)).await;
    (id, status, told)
}

async fn given_to(github: &GitHub, id: &str, (installation, key): (&str, &str)) -> (u16, Value) {
    let given =
        json!({ "class": "app_key", "app": APP, "installation": installation, "credential": key });
    let path = format!("/api/v1/connections/{id}/credential");
    let answer = github
        .owner
        .send(Method::POST, &path, Some(&given))
        .await
        .unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

#[tokio::test]
async fn a_token_that_reads_cannot_write_even_where_it_is_stolen() {
    let github = GitHub::start().await;
    let id = github.installed("").await;
    github.read(&id).await.unwrap();
    let token = github.bearers(&Method::GET, "/repos/").pop().unwrap();
    let address = format!("{}/repos/acme/desk/issues", github.emulate.url);
    let body = json!({ "title": "Stolen" });
    let refused = github
        .hand(Method::POST, &address, Some((&token, &body)))
        .await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(github.issues().await.is_empty());
}

#[tokio::test]
async fn two_writes_at_once_have_two_tokens_each_for_its_own_repository() {
    let github = GitHub::start().await;
    let writing = github.installed("-write").await;
    let kept = github.tokens().await.len();
    let to = |repo: &str| json!({ "owner": "acme", "repo": repo, "title": "Order toner" });
    let (desk, lamp) = (to("desk"), to("lamp"));
    let (one, other) = tokio::join!(
        github.approved(&writing, &desk),
        github.approved(&writing, &lamp)
    );
    for id in [&one, &other] {
        assert_eq!(settled(&github.owner, id).await["state"], "executed");
    }
    let tokens = github.tokens().await;
    let [first, second] = &tokens[kept..] else {
        panic!("{tokens:?}");
    };
    assert_ne!(first["repository_ids"], second["repository_ids"]);
    let used = github.bearers(&Method::POST, "/repos/");
    assert_ne!(used[0], used[1]);
    for token in &used {
        github.ended(token).await;
    }
    // The token of the one does not write to the other.
    let desk = github.provider.seen(&Method::POST);
    let desk = desk
        .iter()
        .find(|call| call.target.starts_with("/repos/acme/desk/"))
        .unwrap();
    let token = desk.headers["authorization"].to_str().unwrap();
    let token = token.strip_prefix("Bearer ").unwrap();
    let address = format!("{}/repos/acme/lamp/issues", github.emulate.url);
    let refused = github
        .hand(
            Method::POST,
            &address,
            Some((token, &json!({ "title": "x" }))),
        )
        .await;
    assert!(refused.status().is_client_error(), "{}", refused.status());
}

#[tokio::test]
async fn the_token_of_a_write_that_fails_is_ended_as_well() {
    let github = GitHub::start().await;
    let writing = github.installed("-write").await;
    github.provider.be(Mood::Gone("/issues"));
    let id = github
        .approved(&writing, &desk_with(json!({ "title": "Order toner" })))
        .await;
    assert_eq!(settled(&github.owner, &id).await["state"], "failed");
    let used = github.bearers(&Method::POST, "/repos/").pop().unwrap();
    github.ended(&used).await;
}

/// GitHub knows repositories by name alone when it makes a token: what it made is compared with what was approved.
#[tokio::test]
async fn a_token_for_a_repository_of_that_name_elsewhere_is_ended_and_not_used() {
    let github = GitHub::start().await;
    let writing = github.installed("-write").await;
    for (arguments, code) in [
        (
            json!({ "owner": "evil", "repo": "desk", "title": "x" }),
            "connectors.more_than_asked",
        ),
        (
            json!({ "owner": "acme", "repo": "none", "title": "x" }),
            "connectors.permissions_missing",
        ),
    ] {
        let id = github.approved(&writing, &arguments).await;
        let ended = settled(&github.owner, &id).await;
        assert_eq!(
            (&ended["state"], &ended["outcome"]["code"]),
            (&json!("failed"), &json!(code)),
            "{ended}"
        );
    }
    assert!(github.bearers(&Method::POST, "/repos/").is_empty());
    assert_eq!(
        github.bearers(&Method::DELETE, "/installation/token").len(),
        1
    );
    // Whoever asks for what is not there ends nothing.
    assert_eq!(
        github.state(&writing).await,
        (json!("connected"), Value::Null)
    );
}

#[tokio::test]
async fn a_key_that_gives_no_token_is_not_kept_and_nobody_is_shown_it() {
    let github = GitHub::start().await;
    let (key, other) = (
        github.app_key(),
        github.emulate.told["other_key"].as_str().unwrap(),
    );
    for (installation, key, code) in [
        (INSTALLATION, other, "connectors.key_refused"),
        ("1", &key, "connectors.installation_gone"),
        ("90211", &key, "connectors.permissions_missing"),
        ("..", &key, "connectors.key_of"),
        ("90210/access_tokens", &key, "connectors.key_of"),
        ("", &key, "connectors.key_of"),
        (INSTALLATION, "hunter2hunter2", "connectors.key_form"),
        (INSTALLATION, &format!("{key}{key}"), "connectors.key_form"),
    ] {
        let (id, status, told) = given(&github, installation, key).await;
        assert_eq!((status, &told["code"]), (422, &json!(code)), "{told}");
        let line = key.lines().nth(1).unwrap_or(key);
        assert!(!told.to_string().contains(line), "{told}");
        assert_eq!(github.state(&id).await.0, "pending");
    }
    let sealed = crate::sql::number(&github.app, "select count(*) from broker.secrets").await;
    assert_eq!(sealed, 0);
}

#[tokio::test]
async fn what_may_pass_ends_nothing_and_what_is_over_asks_a_person() {
    let github = GitHub::start().await;
    let id = github.installed("").await;
    github.read(&id).await.unwrap();
    for mood in [
        Mood::Status(500),
        Mood::AskForPause(1),
        Mood::Html,
        Mood::Redirect("https://evil.example/".to_owned()),
    ] {
        github.provider.be(mood);
        github.due().await;
        assert!(github.read(&id).await.is_err());
        assert_eq!(github.state(&id).await.0, "connected");
    }
    for (status, reason) in [
        (401, "connectors.key_refused"),
        (403, "connectors.installation_suspended"),
        (404, "connectors.installation_gone"),
    ] {
        github.provider.be(Mood::Status(status));
        github.due().await;
        assert_eq!(
            github.read(&id).await,
            Err("connectors.reconnect".to_owned())
        );
        assert_eq!(github.state(&id).await, (json!("reconnect"), json!(reason)));
        let page = github.page(&format!("/connectors/{id}")).await;
        assert!(page.contains("Reconnect it to go on"), "{page}");
        github.provider.be(Mood::Honest);
        assert_eq!(
            github.installed("").await,
            id,
            "another connection was made"
        );
        github.read(&id).await.unwrap();
    }
}

/// The provider takes its time over the token; the connection is over before it comes.
#[tokio::test]
async fn a_write_whose_connection_ended_while_its_token_was_made_does_not_leave() {
    let github = GitHub::start().await;
    let writing = github.installed("-write").await;
    github
        .provider
        .be(Mood::Slow(std::time::Duration::from_secs(2)));
    let id = github
        .approved(&writing, &desk_with(json!({ "title": "Order toner" })))
        .await;
    eventually("a token is asked for", async || {
        let asked = github.bearers(&Method::POST, "/access_tokens");
        (asked.len() == 2).then_some(())
    })
    .await;
    let over = "update connectors.connections set state = 'reconnect', state_reason = 'connectors.grant_ended'";
    assert_eq!(crate::sql::fate(&github.app, over).await, 1);
    let ended = settled(&github.owner, &id).await;
    assert_eq!(
        (&ended["state"], &ended["outcome"]["code"]),
        (&json!("failed"), &json!("connectors.reconnect")),
        "{ended}"
    );
    assert!(github.bearers(&Method::POST, "/repos/").is_empty());
}

/// The first token comes after the connection is over: nothing keeps it, so that it is ended at once.
#[tokio::test]
async fn a_token_that_comes_too_late_to_be_kept_is_ended() {
    let github = GitHub::start().await;
    let (id, key) = (added(&github).await, github.app_key());
    github
        .provider
        .be(Mood::Slow(std::time::Duration::from_secs(1)));
    let ending = async {
        eventually("a token is asked for", async || {
            let asked = github.bearers(&Method::POST, "/access_tokens");
            (asked.len() == 1).then_some(())
        })
        .await;
        let path = format!("/api/v1/connections/{id}");
        let ended = github.owner.send(Method::DELETE, &path, None).await;
        assert_eq!(ended.unwrap().status(), StatusCode::OK);
    };
    let ((status, told), ()) = tokio::join!(given_to(&github, &id, (INSTALLATION, &key)), ending);
    assert!(status >= 400, "{told}");
    // The emulator does not know of it, so that it is asked twice.
    let ended = github.bearers(&Method::DELETE, "/installation/token");
    assert!(
        matches!(&ended[..], [one, again] if one == again),
        "{ended:?}"
    );
    let sealed = crate::sql::number(&github.app, "select count(*) from broker.secrets").await;
    assert_eq!(sealed, 0);
}
