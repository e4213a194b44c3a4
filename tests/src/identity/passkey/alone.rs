//! Passkeys of somebody in no organisation.

use super::*;
use crate::identity::alone::{removed, signed_in};
use crate::world::signed_up;

#[tokio::test]
async fn somebody_in_no_organisation_has_proves_by_and_removes_passkeys() {
    let app = named().await;
    let owner = signed_up(&app).await;
    let (email, _) = removed(&app, &owner).await;
    let mut visitor = signed_in(&app, &email).await;
    let mut soft = Soft::es256();
    let (status, added) = add(&app, &mut visitor, &mut soft).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    assert_eq!(added["recovery_codes"].as_array().unwrap().len(), 10);
    let page = visitor.get("/security").await.text;
    assert!(page.contains("Test key"), "{page}");
    let path = format!("{PASSKEYS}/{}", added["id"].as_str().unwrap());
    fate(
        &app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes',
                second_factor_at = now() - interval '11 minutes'",
    )
    .await;
    let name = json!({ "name": "Renamed" });
    let (status, problem) = visitor
        .api("/security", (Method::PATCH, &path), &name)
        .await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::FORBIDDEN, &json!("identity.not_recent"))
    );
    let options = ask(&mut visitor, "/security", PROOF).await;
    let answer = soft.answer(&options, &soft.honest(&app.url));
    let (status, problem) = send(&mut visitor, "/security", PROOF, &answer).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{problem}");
    let (status, _) = visitor
        .api("/security", (Method::PATCH, &path), &name)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(visitor.get(PASSKEYS).await.text.contains("Renamed"));
    // It is a second factor as anybody's is: a password alone reaches not even what is theirs.
    let mut other = Visitor::new(&app.url);
    other.sign_in(&email, PASSWORD).await;
    for path in ["/security", "/sessions", "/profile"] {
        let shown = other.get(path).await;
        assert!(
            shown.location.starts_with("/sign-in/second-factor"),
            "{path}"
        );
    }
    let (status, problem) = visitor
        .api("/security", (Method::DELETE, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{problem}");
    assert_eq!(visitor.get(PASSKEYS).await.text, "[]");
}
