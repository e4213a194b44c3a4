//! What passkeys are good for, and how they come and go.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::soft::{PRESENT, SYNCABLE, SYNCED, Soft, VERIFIED, text};
use super::*;

#[tokio::test]
async fn a_passkey_of_each_kind_signs_in_alone_and_is_both_factors() {
    let app = named().await;
    for mut soft in [Soft::es256(), Soft::ed25519(), Soft::rs256()] {
        let owner = owner(&app, &mut soft).await;
        assert_eq!(owner.recovery, 10);
        // A password alone is half the way now, and so it is where everybody must have a second factor.
        half(&app, &owner.email).await;
        fate(
            &app,
            "update identity.organisations set mfa_required = true",
        )
        .await;
        let (mut visitor, status, body) = sign_in(&app, &mut soft).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        assert_eq!(body["email"], owner.email);
        assert_eq!(visitor.me().await.0, StatusCode::OK);
        // It is a fresh proof too.
        let path = format!("{PASSKEYS}/{}", owner.passkey);
        let body = json!({ "name": "Renamed" });
        let (status, _) = visitor
            .api("/security", (Method::PATCH, &path), &body)
            .await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let shown = visitor.get(PASSKEYS).await;
        assert!(shown.text.contains("Renamed"), "{}", shown.text);
        assert!(
            !shown.text.contains("\"last_used_at\":null"),
            "{}",
            shown.text
        );
    }
    // Each from a browser that was not seen before, as by a password.
    let mails: i64 =
        sqlx::query_scalar("select count(*) from mail.outbox where template = 'new_device'")
            .fetch_one(&mut superuser(&app).await)
            .await
            .unwrap();
    assert_eq!(mails, 3);
    assert_eq!(told(&app, "identity.passkey_added").await, 3);
    assert_eq!(told(&app, "identity.signed_in_by_passkey").await, 3);
    assert_eq!(told(&app, "identity.passkey_renamed").await, 3);
}

#[tokio::test]
async fn after_a_password_a_touch_is_enough() {
    let app = named().await;
    let mut soft = Soft::es256();
    let owner = owner(&app, &mut soft).await;
    let mut visitor = half(&app, &owner.email).await;
    let due = "/sign-in/second-factor";
    let page = visitor.get(due).await;
    assert!(page.text.contains("Use a passkey"), "{}", page.text);
    let options = ask(&mut visitor, due, SECOND).await;
    assert_eq!(options["userVerification"], "preferred");
    let mut says = soft.honest(&app.url);
    says.flags = PRESENT;
    says.handle = None;
    let answer = soft.answer(&options, &says);
    let (status, problem) = send(&mut visitor, due, SECOND, &answer).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{problem}");
    assert_eq!(visitor.me().await.0, StatusCode::OK);
    assert_eq!(told(&app, "identity.passkey_given").await, 1);
}

#[tokio::test]
async fn what_changes_passkeys_needs_a_fresh_proof_which_a_passkey_gives() {
    let app = named().await;
    let mut soft = Soft::es256();
    let mut owner = owner(&app, &mut soft).await;
    let visitor = &mut owner.visitor;
    fate(
        &app,
        "update identity.sessions set second_factor_at = now() - interval '11 minutes'",
    )
    .await;
    let one = format!("{PASSKEYS}/{}", owner.passkey);
    for (method, path) in [
        (Method::POST, "/api/v1/passkeys/options"),
        (Method::PATCH, &one),
        (Method::DELETE, &one),
    ] {
        let (status, problem) = visitor
            .api("/prove", (method, path), &json!({ "name": "x" }))
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(problem["code"], "identity.not_recent", "{path}");
    }
    let options = ask(visitor, "/prove", PROOF).await;
    let answer = soft.answer(&options, &soft.honest(&app.url));
    let (status, _) = send(visitor, "/prove", PROOF, &answer).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = visitor
        .api("/security", (Method::DELETE, &one), &json!({}))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(told(&app, "identity.passkey_removed").await, 1);
    // It opens nothing any more, and the codes that stood in for it went with it.
    let (_, _, problem) = sign_in(&app, &mut soft).await;
    assert_eq!(problem["code"], "identity.passkey_unknown");
    let codes: i64 = sqlx::query_scalar("select count(*) from identity.recovery_codes")
        .fetch_one(&mut superuser(&app).await)
        .await
        .unwrap();
    assert_eq!(codes, 0);
    let mut again = Visitor::new(&app.url);
    again.sign_in(&owner.email, PASSWORD).await;
    assert_eq!(again.me().await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_last_factor_stays_where_an_organisation_asks_for_one() {
    let app = named().await;
    let (mut first, mut second) = (Soft::es256(), Soft::ed25519());
    let mut owner = owner(&app, &mut first).await;
    let (_, added) = add(&app, &mut owner.visitor, &mut second).await;
    // Recovery codes come with the first factor alone.
    assert_eq!(added["recovery_codes"], json!([]));
    fate(
        &app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    let other = added["id"].as_str().unwrap();
    let path = format!("{PASSKEYS}/{other}");
    let (status, _) = owner
        .visitor
        .api("/security", (Method::DELETE, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let path = format!("{PASSKEYS}/{}", owner.passkey);
    let (status, problem) = owner
        .visitor
        .api("/security", (Method::DELETE, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "identity.second_factor_kept");
    assert_eq!(sign_in(&app, &mut first).await.1, StatusCode::CREATED);
}

#[tokio::test]
async fn two_removals_at_once_leave_one_factor_where_one_is_asked_for() {
    let app = named().await;
    let (mut first, mut second) = (Soft::es256(), Soft::es256());
    let mut owner = owner(&app, &mut first).await;
    let (_, added) = add(&app, &mut owner.visitor, &mut second).await;
    fate(
        &app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    let (one, _, _) = sign_in(&app, &mut first).await;
    let (other, _, _) = sign_in(&app, &mut second).await;
    let mut removals = tokio::task::JoinSet::new();
    for (mut visitor, id) in [
        (one, added["id"].as_str().unwrap()),
        (other, owner.passkey.as_str()),
    ] {
        let path = format!("{PASSKEYS}/{id}");
        removals.spawn(async move {
            visitor
                .api("/security", (Method::DELETE, &path), &json!({}))
                .await
                .0
        });
    }
    let mut answers = removals.join_all().await;
    answers.sort();
    assert_eq!(answers, [StatusCode::NO_CONTENT, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn whoever_must_have_a_factor_makes_a_passkey_on_the_way_in() {
    let app = named().await;
    let mut visitor = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    fate(
        &app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    let due = "/sign-in/second-factor";
    let page = visitor.get(due).await;
    assert!(page.text.contains("Make a passkey"), "{}", page.text);
    let path = "/api/v1/sessions/second-factor/new-passkey";
    let options = ask(&mut visitor, due, path).await;
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["attestation"], "none");
    let mut soft = Soft::es256();
    let credential = soft.make(&options, &soft.honest(&app.url));
    let body = json!({ "name": "First", "credential": credential });
    let (status, added) = visitor.api(due, (Method::POST, path), &body).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    assert_eq!(added["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(visitor.me().await.0, StatusCode::OK);
    assert_eq!(sign_in(&app, &mut soft).await.1, StatusCode::CREATED);
}

#[tokio::test]
async fn a_session_that_owes_its_factor_makes_no_other() {
    let app = named().await;
    let mut soft = Soft::es256();
    let owner = owner(&app, &mut soft).await;
    let mut thief = half(&app, &owner.email).await;
    let path = "/api/v1/sessions/second-factor/new-passkey/options";
    let (status, problem) = thief
        .api("/sign-in/second-factor", (Method::POST, path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(problem["code"], "identity.not_recent");
}

#[tokio::test]
async fn a_credential_belongs_to_one_account() {
    let app = named().await;
    let mut theirs = Soft::es256();
    owner(&app, &mut theirs).await;
    // Another key under the same identifier: whoever could add it would be asked for in their place.
    let mut copy = Soft::es256();
    copy.id = theirs.id.clone();
    let mut visitor = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    let (status, problem) = add(&app, &mut visitor, &mut copy).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert_eq!(problem["code"], "identity.passkey_exists");
    assert_eq!(sign_in(&app, &mut theirs).await.1, StatusCode::CREATED);
}

#[tokio::test]
async fn those_that_there_are_are_not_made_again_and_no_more_than_twenty() {
    let app = named().await;
    let mut soft = Soft::es256();
    let mut owner = owner(&app, &mut soft).await;
    let options = ask(&mut owner.visitor, "/security", PASSKEYS).await;
    assert_eq!(options["excludeCredentials"][0]["id"], text(&soft.id));
    assert_eq!(options["user"]["name"], owner.email);
    assert_eq!(super::soft::bytes(&options["user"]["id"]), soft.handle);
    fate(&app, "insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count, is_syncable, is_synced)
                select user_id, gen_random_uuid(), sha256(n::text::bytea), '', 'Key ' || n, '{}', 0, false, false
                  from identity.passkeys, generate_series(1, 18) n").await;
    // The twentieth is made; one whose question was asked before is not.
    let mut last = Soft::es256();
    assert_eq!(
        add(&app, &mut owner.visitor, &mut last).await.0,
        StatusCode::CREATED
    );
    let mut late = Soft::es256();
    let credential = late.make(&options, &late.honest(&app.url));
    let body = json!({ "name": "Late", "credential": credential });
    let (status, problem) = owner
        .visitor
        .api("/security", (Method::POST, PASSKEYS), &body)
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "identity.passkeys_full");
    let path = format!("{PASSKEYS}/options");
    let (_, problem) = owner
        .visitor
        .api("/security", (Method::POST, &path), &json!({}))
        .await;
    assert_eq!(problem["code"], "identity.passkeys_full");
}

#[tokio::test]
async fn a_synced_passkey_is_shown_as_one() {
    let app = named().await;
    let mut visitor = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    let options = ask(&mut visitor, "/security", PASSKEYS).await;
    let mut soft = Soft::es256();
    let mut says = soft.honest(&app.url);
    says.flags = PRESENT | VERIFIED | SYNCABLE | SYNCED;
    let credential = soft.make(&options, &says);
    let body = json!({ "name": " <b>Phone</b> ", "credential": credential });
    visitor
        .api("/security", (Method::POST, PASSKEYS), &body)
        .await;
    let page = visitor.get("/security").await;
    assert!(page.text.contains("Synced"), "{}", page.text);
    assert!(page.text.contains("&#60;b&#62;Phone"), "{}", page.text);
}

#[tokio::test]
async fn a_server_without_a_name_says_that_it_makes_none() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app.url);
    let path = format!("{SIGN_IN}/options");
    let (status, problem) = visitor
        .api("/sign-in", (Method::POST, &path), &json!({}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(problem["code"], "identity.passkeys_off");
    let page = visitor.get("/sign-in").await;
    assert!(!page.text.contains("passkey\""), "{}", page.text);
    let mut visitor = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    let page = visitor.get("/security").await;
    assert!(
        page.text.contains("reached by its IP address"),
        "{}",
        page.text
    );
}
