//! Two accounts become one by a proof of both, and never by an address.

use reqwest::Method;

use super::*;
use crate::world::PASSWORD;

#[tokio::test]
async fn an_address_that_matches_neither_signs_in_nor_links() {
    let world = World::start().await;
    let email = unused_address();
    drop(Visitor::sign_up(&world.app, &email, PASSWORD).await);
    let own = format!("{}@{DOMAIN}", email.split('@').next().unwrap());
    drop(Visitor::sign_up(&world.app, &own, PASSWORD).await);
    let sessions = world.sessions().await;
    // Not even the word of the address's own domain, nor another spelling of it.
    for address in [email.clone(), own.clone(), own.to_uppercase()] {
        let (mut mallory, shown) = world.come_back(&claims("mallory", &address, true)).await;
        assert_refused(&shown, StatusCode::CONFLICT, "identity.account_exists");
        assert_eq!(mallory.me().await.0, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        (world.identities().await, world.sessions().await),
        (0, sessions)
    );
    let told = fate(
        &world.app,
        "create temporary table told as select from audit.entries
          where action = 'identity.issuer_not_linked' and org_id is not null",
    )
    .await;
    assert_eq!(told, 3, "the organisation hears of each");
}

#[tokio::test]
async fn who_owns_no_address_learns_nothing_of_who_has_an_account() {
    let world = World::start().await;
    let taken = unused_address();
    drop(Visitor::sign_up(&world.app, &taken, PASSWORD).await);
    let mut pages = Vec::new();
    for said in [
        claims("mallory", &taken, false),
        claims("mallory", &unused_address(), false),
        json!({ "sub": "mallory", "email": taken }),
        json!({ "sub": "mallory", "email": taken, "email_verified": 1 }),
        json!({ "sub": "mallory", "email_verified": true }),
        json!({ "sub": "mallory", "email": "\u{430}da@example.com", "email_verified": true }),
    ] {
        let (mut visitor, shown) = world.come_back(&said).await;
        assert_refused(&shown, StatusCode::FORBIDDEN, "identity.address_unverified");
        assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
        let nonce = between(&shown.text, "nonce=\"", "\"").unwrap_or_default();
        pages.push(shown.text.replace(&nonce, ""));
    }
    let first = without_numbers(&pages[0]);
    assert!(pages.iter().all(|page| without_numbers(page) == first));
}

/// A page without what differs in each: its tokens and the number of the request.
fn without_numbers(page: &str) -> String {
    let marks = ["name=\"csrf\" value=\"", "req_"];
    marks.iter().fold(page.to_owned(), |page, mark| {
        match between(&page, mark, "\"") {
            Some(found) => page.replace(&found, ""),
            None => page,
        }
    })
}

#[tokio::test]
async fn a_person_links_an_account_after_a_fresh_proof_of_both() {
    let world = World::start().await;
    let email = unused_address();
    let mut owner = Visitor::sign_up(&world.app, &email, PASSWORD).await;
    let (_, me) = owner.me().await;
    let path = "/security/identities/link/works";
    fate(
        &world.app,
        "update identity.sessions set authenticated_at = now() - interval '11 minutes'",
    )
    .await;
    let stale = owner.post("/security", path, &[]).await;
    assert_eq!(stale.status, StatusCode::SEE_OTHER, "{}", stale.text);
    assert!(stale.location.starts_with("/prove"), "{}", stale.location);
    assert_eq!(world.issuer.asked("/token"), 0);
    fate(
        &world.app,
        "update identity.sessions set authenticated_at = now()",
    )
    .await;
    let page = leave(&mut owner, "/security", path).await;
    let back = world
        .issuer
        .consent(&page, &claims("ada", "other@example.com", false));
    let linked = follow(&mut owner, &back).await;
    assert_eq!(
        (linked.status, linked.location.as_str()),
        (StatusCode::SEE_OTHER, "/security")
    );
    assert!(
        owner
            .get("/security")
            .await
            .text
            .contains("other@example.com")
    );
    // What the issuer knows of addresses does not matter from here on.
    let (mut again, shown) = world.come_back(&json!({ "sub": "ada" })).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(again.me().await.1["user"], me["user"]);
}

#[tokio::test]
async fn an_account_that_is_somebodys_is_nobody_elses() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let mut other = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    let path = "/security/identities/link/works";
    let page = leave(&mut other, "/security", path).await;
    let shown = follow(&mut other, &world.issuer.consent(&page, &colleague("ada"))).await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.identity_taken");
    let page = leave(&mut other, "/security", path).await;
    let mine = world.issuer.consent(&page, &colleague("grace"));
    assert_eq!(
        follow(&mut other, &mine).await.status,
        StatusCode::SEE_OTHER
    );
    let page = leave(&mut other, "/security", path).await;
    let shown = follow(
        &mut other,
        &world.issuer.consent(&page, &colleague("grace")),
    )
    .await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.identity_yours");
    assert_eq!(world.identities().await, 2);
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let world = World::start().await;
    let mut ada = world.signed_up(&colleague("ada")).await;
    let unlink = async |visitor: &mut Visitor| {
        let id: String = identity(&world.app).await;
        let path = format!("/security/identities/{id}/unlink");
        visitor.post("/security", &path, &[]).await
    };
    assert!(!ada.get("/security").await.text.contains("/unlink"));
    unlink(&mut ada).await;
    assert!(
        ada.get("/security")
            .await
            .text
            .contains("Nothing else lets you in")
    );
    assert_eq!(world.identities().await, 1);
    // A passkey is another way in; and then it is the last one.
    fate(
        &world.app,
        "insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count, is_syncable, is_synced)
         select user_id, id, 'x', 'x', 'Key', '{}', 0, false, false from identity.identities",
    )
    .await;
    // Which is asked for from now on, and was given.
    fate(
        &world.app,
        "update identity.sessions set second_factor_at = now()",
    )
    .await;
    assert_eq!(unlink(&mut ada).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.identities().await, 0);
    let passkey = text(
        &world.app,
        "select audit.text_id('pky', id) from identity.passkeys",
    )
    .await;
    let path = format!("/security/passkeys/{passkey}/remove");
    ada.post("/security", &path, &[]).await;
    assert!(
        ada.get("/security")
            .await
            .text
            .contains("Nothing else lets you in")
    );
    let left = fate(&world.app, "update identity.passkeys set name = name").await;
    assert_eq!(left, 1);
    // With a password it may go.
    fate(
        &world.app,
        "update identity.users set password_verifier = sha256('new')",
    )
    .await;
    ada.post("/security", &path, &[]).await;
    let left = fate(&world.app, "update identity.passkeys set name = name").await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_unlinked_account_lets_nobody_in() {
    let world = World::start().await;
    let email = unused_address();
    let mut owner = Visitor::sign_up(&world.app, &email, PASSWORD).await;
    let page = leave(&mut owner, "/security", "/security/identities/link/works").await;
    let back = world.issuer.consent(&page, &claims("ada", &email, true));
    follow(&mut owner, &back).await;
    let list = (Method::GET, "/api/v1/identities");
    let (_, listed) = owner.api("/security", list.clone(), &json!({})).await;
    assert_eq!(listed[0]["label"], email);
    let id = listed[0]["id"].as_str().unwrap();
    let (page, api) = (
        format!("/security/identities/{id}/unlink"),
        format!("/api/v1/identities/{id}"),
    );
    // Somebody else's is not there.
    let mut stranger = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    let shown = stranger.post("/security", &page, &[]).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
    let delete = (Method::DELETE, api.as_str());
    let (status, _) = stranger.api("/security", delete.clone(), &json!({})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        stranger.api("/security", list.clone(), &json!({})).await.1,
        json!([])
    );
    let (status, _) = owner.api("/security", delete, &json!({})).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (mut after, shown) = world.come_back(&claims("ada", &email, true)).await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.account_exists");
    assert_eq!(after.me().await.0, StatusCode::UNAUTHORIZED);
}

/// The one identity that there is.
async fn identity(app: &TestApp) -> String {
    text(
        app,
        "select audit.text_id('idn', id) from identity.identities",
    )
    .await
}
