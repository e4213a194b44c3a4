//! Who is let in by an issuer's word, and what they hold then.

use super::*;
use crate::sql::mail_reset;

#[tokio::test]
async fn a_newcomer_makes_an_account_and_is_let_in_again_by_the_issuer_alone() {
    let world = World::start().await;
    let mut visitor = world.signed_up(&colleague("ada")).await;
    let (_, me) = visitor.me().await;
    assert_eq!(me["email"], "ada@works.example");
    let page = visitor.get("/security").await.text;
    for text in [
        "Accounts elsewhere",
        "ada@works.example",
        "You have no password",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    // The session is as fresh as the account.
    assert!(!page.contains("href=\"/prove?next=/security\""), "{page}");
    let (mut again, shown) = world.come_back(&colleague("ada")).await;
    assert_eq!(
        (shown.status, shown.location.as_str()),
        (StatusCode::SEE_OTHER, "/sessions")
    );
    let (status, same) = again.me().await;
    assert_eq!((status, &same["user"]), (StatusCode::OK, &me["user"]));
    // One person, one identity, however often.
    assert_eq!(world.identities().await, 1);
}

#[tokio::test]
async fn whom_the_issuer_means_counts_and_not_what_it_calls_them() {
    let world = World::start().await;
    let mut ada = world.signed_up(&colleague("ada")).await;
    let (_, me) = ada.me().await;
    // The same subject under another address is the same person.
    let renamed = claims("ada", "ada.married@works.example", true);
    let (mut again, shown) = world.come_back(&renamed).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(again.me().await.1["user"], me["user"]);
    // Another subject under the same address is somebody else.
    let other = claims("mallory", "ada@works.example", true);
    let (mut mallory, shown) = world.come_back(&other).await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.account_exists");
    assert_eq!(mallory.me().await.0, StatusCode::UNAUTHORIZED);
    // Case is part of a subject (OpenID Connect Core 2).
    let (mut upper, shown) = world
        .come_back(&claims("ADA", "ada@works.example", true))
        .await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.account_exists");
    assert_eq!(upper.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_second_factor_is_asked_for_after_an_issuer_as_after_a_password() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    fate(
        &world.app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    // However hard the issuer asked.
    let mut hard = colleague("ada");
    hard["auth_time"] = server::time_now().into();
    hard["amr"] = json!(["mfa", "hwk"]);
    let (mut half, shown) = world.come_back(&hard).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let (status, problem) = half.me().await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(problem["code"], "identity.second_factor_due");
    let shown = half.get("/security").await;
    assert!(shown.location.starts_with("/sign-in/second-factor"));
}

#[tokio::test]
async fn only_an_issuer_that_asked_proves_who_somebody_is() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let recent = |page: String| !page.contains("href=\"/prove?next=/security\"");
    for (auth_time, expected) in [
        (None, false),
        (Some(server::time_now() - 3600), false),
        (Some(server::time_now() + 1), true),
    ] {
        let mut said = colleague("ada");
        said["auth_time"] = auth_time.into();
        let (mut visitor, _) = world.come_back(&said).await;
        let page = visitor.get("/security").await.text;
        assert_eq!(recent(page), expected, "{auth_time:?}");
    }
}

#[tokio::test]
async fn a_session_is_proven_anew_by_the_issuer_that_knows_its_person() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    drop(world.signed_up(&colleague("grace")).await);
    let (mut ada, _) = world.come_back(&colleague("ada")).await;
    let on = "/prove?next=/security";
    assert!(ada.get(on).await.text.contains("/prove/with/works"));
    for (said, refused) in [
        (colleague("ada"), Some("identity.issuer_stale")),
        (colleague("grace"), Some("identity.issuer_other")),
        (colleague("ada"), None),
    ] {
        let page = leave(&mut ada, on, "/prove/with/works").await;
        let query: std::collections::HashMap<_, _> = page.query_pairs().into_owned().collect();
        assert_eq!(
            (query["prompt"].as_str(), query["max_age"].as_str()),
            ("login", "0")
        );
        let mut said = said;
        if refused != Some("identity.issuer_stale") {
            said["auth_time"] = (server::time_now() + 1).into();
        }
        let shown = follow(&mut ada, &world.issuer.consent(&page, &said)).await;
        match refused {
            Some(code) => assert_refused(&shown, StatusCode::FORBIDDEN, code),
            None => assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text),
        }
        let page = ada.get("/security").await.text;
        assert_eq!(page.contains(on), refused.is_some(), "{page}");
    }
}

#[tokio::test]
async fn somebody_in_no_organisation_proves_by_an_issuer() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let left = "update identity.memberships set removed_at = now()";
    assert_eq!(fate(&world.app, left).await, 1);
    let (mut ada, shown) = world.come_back(&colleague("ada")).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let (status, problem) = ada.me().await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(problem["code"], "identity.no_organisation");
    let export = ada.get("/account/export").await;
    assert!(export.location.starts_with("/prove"), "{}", export.text);
    let page = leave(&mut ada, "/prove?next=/account", "/prove/with/works").await;
    let mut said = colleague("ada");
    said["auth_time"] = (server::time_now() + 1).into();
    let shown = follow(&mut ada, &world.issuer.consent(&page, &said)).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(ada.get("/account/export").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_address_counts_as_verified_by_the_word_of_its_own_domain_alone() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let verified = async |email: &str| {
        let query = format!(
            "select (email_verified_at is not null)::text from identity.users where email = '{email}'"
        );
        text(&world.app, &query).await
    };
    assert_eq!(verified("ada@works.example").await, "true");
    // Elsewhere a mail of ours asks.
    let foreign = unused_address();
    drop(world.signed_up(&claims("grace", &foreign, true)).await);
    assert_eq!(verified(&foreign).await, "false");
    let queued = fate(
        &world.app,
        &format!("update mail.outbox set recipient = recipient where template = 'verify_address' and recipient = '{foreign}'"),
    )
    .await;
    assert_eq!(queued, 1);
}

#[tokio::test]
async fn whoever_signed_up_under_anothers_address_loses_it_to_its_owner() {
    let world = World::start().await;
    let address = unused_address();
    drop(world.signed_up(&claims("squatter", &address, true)).await);
    assert_eq!(world.identities().await, 1);
    // The owner of the mailbox resets the password, as the database does it.
    mail_reset(&world.app, &address).await;
    fate(
        &world.app,
        "set role countersign_definer; select identity.reset_password(sha256('link'), 'x', sha256('x'))",
    )
    .await;
    assert_eq!(world.identities().await, 0);
    let (mut squatter, shown) = world.come_back(&claims("squatter", &address, true)).await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.account_exists");
    assert_eq!(squatter.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_issuer_may_say_more_where_it_is_asked() {
    let world = World::start().await;
    let info = json!({ "sub": "ada", "email": "ada@works.example", "email_verified": true });
    world.issuer.plan(|plan| plan.userinfo = Some(info));
    let (mut visitor, shown) = world.come_back(&json!({ "sub": "ada" })).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    fill(&mut visitor, &shown).await;
    assert_eq!(visitor.me().await.1["email"], "ada@works.example");
    // OpenID Connect Core 5.3.2: what it says of somebody else is not used.
    let other = json!({ "sub": "grace", "email": "grace@works.example", "email_verified": true });
    world.issuer.plan(|plan| plan.userinfo = Some(other));
    let (_, shown) = world.come_back(&json!({ "sub": "mallory" })).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.issuer_other");
}
