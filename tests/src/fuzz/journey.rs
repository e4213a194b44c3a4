//! What a new tenant does in its first hour, for the policies of definer functions: those that no read
//! or change of an existing tenant comes by.

use std::panic::AssertUnwindSafe;

use demo::{Person, unused_address};
use futures_util::FutureExt as _;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::tenancy::tenant::fill;
use crate::world::{PASSWORD, World};

const OTHER_PASSWORD: &str = "another long way to say it";

/// Whether the journey comes to its end.
pub(super) async fn journey(world: &World) -> Result<(), String> {
    let gone = AssertUnwindSafe(go(world)).catch_unwind().await;
    gone.map_err(|_| "a new tenant's first hour does not come to its end".to_owned())
}

async fn go(world: &World) {
    let url = &world.app.url;
    let email = unused_address();
    let person = Person::sign_up(url, &email, PASSWORD).await.unwrap();
    person.confirm_address(&email).await.unwrap();
    fill(world, &person).await;
    let invited = unused_address();
    let form = json!({ "email": invited, "role": "PARTICIPANT", "level": 40 });
    person
        .write(
            Method::POST,
            "/api/v1/invitations",
            &form,
            StatusCode::CREATED,
        )
        .await
        .unwrap();
    let link = person
        .mailed_link(&invited, "/invitation?token=")
        .await
        .unwrap();
    let token = link.split_once('=').unwrap().1;
    let fields = [("token", token), ("name", "Bo"), ("password", PASSWORD)];
    let joined = person.submit("/invitation/sign-up", &fields).await.unwrap();
    assert_eq!(joined.status(), StatusCode::SEE_OTHER);
    let colleague = Person::sign_in(url, &invited, PASSWORD).await.unwrap();
    let id = colleague.me["user"].as_str().unwrap();
    let changed = person
        .submit(
            &format!("/people/{id}/standing"),
            &[("standing", "PARTICIPANT-60")],
        )
        .await
        .unwrap();
    assert_eq!(changed.status(), StatusCode::SEE_OTHER);
    let forgotten = json!({ "email": invited });
    let asked = person
        .send(Method::POST, "/api/v1/password-resets", Some(&forgotten))
        .await
        .unwrap();
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    let link = person
        .mailed_link(&invited, "/reset-password?token=")
        .await
        .unwrap();
    let token = link.split_once('=').unwrap().1;
    let used = json!({ "token": token, "password": OTHER_PASSWORD });
    let used = person
        .send(Method::POST, "/api/v1/password-resets/use", Some(&used))
        .await
        .unwrap();
    assert_eq!(used.status(), StatusCode::NO_CONTENT);
    Person::sign_in(url, &invited, OTHER_PASSWORD)
        .await
        .unwrap();
    let removed = person
        .submit(&format!("/people/{id}/remove"), &[])
        .await
        .unwrap();
    assert_eq!(removed.status(), StatusCode::SEE_OTHER);
}
