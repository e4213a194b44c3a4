//! RFC 7009: what follows the end of a connection.

use std::time::Duration;

use broker::socket::CallError;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::provider::Mood;

use super::world::OAuth;
use crate::eventually::eventually;
use crate::sql::{fate, number};

/// Of access tokens, in seconds.
const HOUR: u32 = 3600;
const SECRETS: &str = "select count(*) from broker.secrets";

async fn end(world: &OAuth, id: &str) -> Value {
    let path = format!("/api/v1/connections/{id}");
    world
        .owner
        .write(Method::DELETE, &path, &Value::Null, StatusCode::OK)
        .await
        .unwrap()
}

async fn receipt(world: &OAuth, id: &str) -> Value {
    let path = format!("/api/v1/connections/{id}/receipt");
    world.owner.get(&path).await.unwrap()
}

async fn page(world: &OAuth, id: &str) -> String {
    let path = format!("/connectors/{id}");
    let answer = world.owner.send(Method::GET, &path, None).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.text().await.unwrap()
}

async fn closed(world: &OAuth, id: &str) -> Value {
    eventually("the app was told", async || {
        let receipt = receipt(world, id).await;
        receipt["closed_at"].is_string().then_some(receipt)
    })
    .await
}

async fn is_refused(world: &OAuth, id: &str) -> bool {
    matches!(
        world.whoami(id).await,
        Err(CallError::Failed(failure)) if failure.code == "connectors.not_connected"
    )
}

#[tokio::test]
async fn a_receipt_says_what_was_confirmed_and_destroyed() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    assert_eq!(end(&world, &id).await["revocation"], "confirmed");
    let receipt = receipt(&world, &id).await;
    assert_eq!(
        (
            &receipt["revocation"],
            &receipt["tries"],
            &receipt["secrets_destroyed"]
        ),
        (&json!("confirmed"), &json!(1), &json!(3)),
        "{receipt}"
    );
    assert_eq!(number(&world.app, SECRETS).await, 0);
    assert!(is_refused(&world, &id).await);
    // Once more is harmless, and opens no second receipt.
    assert_eq!(end(&world, &id).await["revocation"], "confirmed");
    let page = page(&world, &id).await;
    assert!(page.contains("3 sealed secrets"), "{page}");
    let listed = world
        .owner
        .get("/api/v1/connections/receipts")
        .await
        .unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    world.assert_no_secret_shows(&id).await;
}

/// A token that its app does not hear about lives on there: it is told again, and uses stop all the same.
#[tokio::test]
async fn an_app_that_is_away_is_told_again_and_nothing_is_used_meanwhile() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.provider.be(Mood::Status(503));
    assert_eq!(end(&world, &id).await["revocation"], Value::Null);
    let waiting = receipt(&world, &id).await;
    assert_eq!(
        (&waiting["tries"], &waiting["revocation_code"]),
        (&json!(1), &json!("egress.status")),
        "{waiting}"
    );
    assert!(waiting["next_try_at"].is_string(), "{waiting}");
    let page = page(&world, &id).await;
    assert!(page.contains("did not answer yet"), "{page}");
    assert!(is_refused(&world, &id).await);
    assert!(
        number(&world.app, SECRETS).await > 0,
        "nothing to tell it with"
    );
    world.provider.be(Mood::Honest);
    fate(
        &world.app,
        "update connectors.receipts set next_try_at = now()",
    )
    .await;
    let receipt = closed(&world, &id).await;
    assert_eq!(
        (&receipt["revocation"], &receipt["tries"]),
        (&json!("confirmed"), &json!(2)),
        "{receipt}"
    );
    assert_eq!(number(&world.app, SECRETS).await, 0);
    world.assert_no_secret_shows(&id).await;
}

#[tokio::test]
async fn an_app_that_never_answers_keeps_nothing_here() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.provider.be(Mood::Status(503));
    end(&world, &id).await;
    fate(
        &world.app,
        "update connectors.receipts set tries = 3, next_try_at = now()",
    )
    .await;
    let receipt = closed(&world, &id).await;
    assert_eq!(
        (
            &receipt["revocation"],
            &receipt["revocation_code"],
            &receipt["tries"]
        ),
        (&json!("not_confirmed"), &json!("egress.status"), &json!(4)),
        "{receipt}"
    );
    assert_eq!(number(&world.app, SECRETS).await, 0);
    let page = page(&world, &id).await;
    assert!(page.contains("did not confirm"), "{page}");
}

/// The end is the organisation's: whoever ended it may be gone when the app answers.
#[tokio::test]
async fn whoever_signs_out_meanwhile_leaves_nothing_open() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    world.provider.be(Mood::Slow(Duration::from_millis(700)));
    let before = world.provider.seen(&Method::POST).len();
    let leave = async {
        eventually("the app was told", async || {
            (world.provider.seen(&Method::POST).len() > before).then_some(())
        })
        .await;
        fate(&world.app, "update identity.sessions set ended_at = now()").await;
    };
    let path = format!("/api/v1/connections/{id}");
    let (_, ()) = tokio::join!(world.owner.send(Method::DELETE, &path, None), leave);
    eventually("it is closed", async || {
        let open = "select count(*) from connectors.receipts where closed_at is null";
        (number(&world.app, open).await == 0).then_some(())
    })
    .await;
    assert_eq!(number(&world.app, SECRETS).await, 0);
    let told = "select count(*) from audit.entries
                 where action = 'connectors.tokens_destroyed' and person_id is not null";
    assert_eq!(number(&world.app, told).await, 1);
}

#[tokio::test]
async fn the_kill_switch_ends_what_is_its_organisations_and_nothing_else() {
    let world = OAuth::start(HOUR).await;
    let first = world.connect().await;
    let second = world.connect().await;
    let stranger = crate::world::signed_up(&world.app).await;
    let path = "/api/v1/connections/disconnect";
    let everything = json!({ "everything": true });
    for unclear in [json!({}), json!({ "app": "oidc", "everything": true })] {
        let answer = world.owner.send(Method::POST, path, Some(&unclear)).await;
        assert_eq!(answer.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let ended = stranger
        .write(Method::POST, path, &everything, StatusCode::OK)
        .await
        .unwrap();
    assert_eq!(ended["connections"], 0, "{ended}");
    let other = world
        .owner
        .write(
            Method::POST,
            path,
            &json!({ "app": "github" }),
            StatusCode::OK,
        )
        .await
        .unwrap();
    assert_eq!(other["connections"], 0, "{other}");
    assert!(world.whoami(&first).await.is_ok());
    let ended = world
        .owner
        .write(Method::POST, path, &everything, StatusCode::OK)
        .await
        .unwrap();
    assert_eq!(ended["connections"], 2, "{ended}");
    for id in [&first, &second] {
        assert!(is_refused(&world, id).await);
        assert_eq!(closed(&world, id).await["revocation"], "confirmed");
    }
    assert_eq!(number(&world.app, SECRETS).await, 0);
    let told = world
        .owner
        .get("/api/v1/audit/entries?action=connectors.all_disconnected")
        .await
        .unwrap();
    assert_eq!(told["entries"][0]["details"]["connections"], 2, "{told}");
    assert_eq!(told["entries"][1]["details"]["connections"], 0, "{told}");
    assert_eq!(told["entries"][2], Value::Null, "another's: {told}");
    assert!(
        stranger
            .get(&format!("/api/v1/connections/{first}/receipt"))
            .await
            .is_err()
    );
}
