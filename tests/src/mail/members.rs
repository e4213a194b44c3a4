//! Who belongs to an organisation: changed and removed by who may, and never without an owner.

use demo::Person;
use futures_util::future::join;
use kernel::UserId;
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::Executor as _;
use testkit::app::TestApp;

use crate::sql::{refusal, waits};
use crate::world::{PASSWORD, bound, signed_up};

/// Somebody who was invited by `inviter`, with the form's path for changing them.
async fn colleague(app: &TestApp, inviter: &Person, standing: &str) -> (Person, String) {
    let person = crate::access::colleague(app, inviter, standing).await;
    let id = person.me["user"].as_str().unwrap().to_owned();
    (person, format!("/people/{id}"))
}

async fn level(app: &TestApp, person: &Person) -> String {
    let me = person.get("/api/v1/me").await;
    let _ = app;
    me.map_or_else(
        |_| "out".to_owned(),
        |me| me["role"].as_str().unwrap().to_owned(),
    )
}

async fn change(by: &Person, of: &str, standing: &str) -> String {
    let answer = by
        .submit(&format!("{of}/standing"), &[("standing", standing)])
        .await
        .unwrap();
    answer.status().as_str().to_owned()
}

#[tokio::test]
async fn a_removed_member_is_out_with_everything_that_acts_for_them() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (bo, path) = colleague(&app, &owner, "ADMIN-80").await;
    let key = json!({ "name": "Bo's", "scopes": ["insight.read"], "expires_in_days": 1 });
    let made = bo
        .write(Method::POST, "/api/v1/api-keys", &key, StatusCode::CREATED)
        .await
        .unwrap();
    let removed = owner.submit(&format!("{path}/remove"), &[]).await.unwrap();
    assert_eq!(removed.status(), StatusCode::SEE_OTHER);
    assert_eq!(level(&app, &bo).await, "out");
    let mut connection = crate::world::bound(&app, "countersign_front", &owner).await;
    let key_hash = crypto::digest::sha256(made["key"].as_str().unwrap().as_bytes());
    let bound = sqlx::query("select ctx.bind_api_key($1)")
        .bind(&key_hash[..])
        .execute(&mut connection)
        .await;
    assert_eq!(
        bound
            .unwrap_err()
            .as_database_error()
            .unwrap()
            .code()
            .as_deref(),
        Some("CS001")
    );
    // The only organisation that they had: they sign in to none (identity/alone.rs).
    assert!(
        Person::sign_in(&app.url, bo.me["email"].as_str().unwrap(), PASSWORD)
            .await
            .is_err()
    );
    let again = owner.submit(&format!("{path}/remove"), &[]).await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nobody_changes_who_is_above_them_nor_gives_more_than_they_hold() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (admin, _) = colleague(&app, &owner, "ADMIN-80").await;
    let (bo, bos) = colleague(&app, &owner, "PARTICIPANT-40").await;
    let owners = format!("/people/{}", owner.me["user"].as_str().unwrap());
    change(&admin, &owners, "REVIEWER-20").await;
    assert_eq!(level(&app, &owner).await, "OWNER");
    change(&admin, &bos, "OWNER-100").await;
    assert_eq!(level(&app, &bo).await, "PARTICIPANT");
    assert_eq!(change(&bo, &bos, "ADMIN-80").await, "403");
    change(&admin, &bos, "ADMIN-80").await;
    assert_eq!(level(&app, &bo).await, "ADMIN", "from the next request on");
    let stranger = signed_up(&app).await;
    assert_eq!(
        change(&stranger, &bos, "REVIEWER-20").await,
        "404",
        "another tenant's"
    );
}

#[tokio::test]
async fn the_last_owner_stays_even_when_two_owners_remove_each_other_at_once() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let owners = format!("/people/{}", owner.me["user"].as_str().unwrap());
    change(&owner, &owners, "ADMIN-80").await;
    assert_eq!(level(&app, &owner).await, "OWNER");
    owner
        .submit(&format!("{owners}/remove"), &[])
        .await
        .unwrap();
    assert_eq!(level(&app, &owner).await, "OWNER");
    let (second, seconds) = colleague(&app, &owner, "OWNER-100").await;
    let (one, other) = (format!("{owners}/remove"), format!("{seconds}/remove"));
    let (a, b) = join(owner.submit(&other, &[]), second.submit(&one, &[])).await;
    a.unwrap();
    b.unwrap();
    let left = [level(&app, &owner).await, level(&app, &second).await];
    assert_eq!(
        left.iter().filter(|role| *role == "OWNER").count(),
        1,
        "{left:?}"
    );
}

#[tokio::test]
async fn an_owner_who_waited_while_another_removed_them_changes_nobody() {
    let app = TestApp::start().await;
    let owner = signed_up(&app).await;
    let (second, second_path) = colleague(&app, &owner, "OWNER-100").await;
    let (third, third_path) = colleague(&app, &owner, "PARTICIPANT-40").await;
    let id = |path: &str| {
        let id: UserId = path.trim_start_matches("/people/").parse().unwrap();
        id.uuid()
    };
    let mut removing = bound(&app, "countersign_front", &owner).await;
    let removed = format!("select identity.remove_member('{}')", id(&second_path));
    assert_eq!(refusal(&mut removing, &removed).await, "done");
    let mut raising = bound(&app, "countersign_front", &second).await;
    let raised = format!(
        "select identity.change_member('{}', 'OWNER', 100, null)",
        id(&third_path)
    );
    let (raised, ()) = join(refusal(&mut raising, &raised), async {
        waits(&app).await;
        removing.execute("commit").await.unwrap();
    })
    .await;
    assert_eq!(raised, "42501");
    assert_eq!(level(&app, &third).await, "PARTICIPANT");
}
