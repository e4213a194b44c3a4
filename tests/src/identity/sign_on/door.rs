//! Who is let in by a provider's word.

use super::*;

#[tokio::test]
async fn whoever_is_at_the_domain_gets_an_account_and_is_let_in_again() {
    let world = World::start().await;
    let mut ada = world.let_in(&colleague("ada")).await;
    let (_, me) = ada.me().await;
    assert_eq!(
        (&me["email"], &me["role"]),
        (&json!("ada@works.example"), &json!("PARTICIPANT")),
        "{me}"
    );
    assert_eq!(me["organisation_name"], "Organisation");
    let again = world.let_in(&colleague("ada")).await.me().await.1;
    assert_eq!(again["user"], me["user"]);
    // Whom it means counts, not what it calls them.
    let renamed = json!({ "sub": "ada", "email": "new@works.example" });
    assert_eq!(
        world.let_in(&renamed).await.me().await.1["user"],
        me["user"]
    );
    let other = json!({ "sub": "mallory", "email": "ada@works.example" });
    let (mut mallory, shown) = world.come_back(&other).await;
    // The account has no way of its own yet, so its organisation says who it is; but it has said so already.
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_exists");
    assert_eq!(mallory.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_address_leads_to_the_provider_and_tells_nothing_of_the_person() {
    let world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    let mut pages = Vec::new();
    for address in ["ada@works.example", "nobody@WORKS.example"] {
        let mut visitor = Visitor::new(&world.app.url);
        let shown = visitor
            .post(
                "/sign-in/sso",
                "/sign-in/sso",
                &[("email", address), ("next", "/")],
            )
            .await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
        pages.push(shown.text.contains("On to Works ID"));
    }
    assert_eq!(pages, [true, true]);
    for address in ["ada@other.example", "ada@sub.works.example", "no address"] {
        let mut visitor = Visitor::new(&world.app.url);
        let shown = visitor
            .post("/sign-in/sso", "/sign-in/sso", &[("email", address)])
            .await;
        assert_eq!(
            shown.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            shown.text
        );
    }
}

#[tokio::test]
async fn nobody_is_let_in_from_outside_of_the_domains() {
    let world = World::start().await;
    for (claims, code) in [
        (
            claims("eve", "eve@gmail.example", true),
            "identity.provider_outside",
        ),
        (
            claims("eve", "eve@works.example.evil.example", true),
            "identity.provider_outside",
        ),
        (
            claims("eve", "eve@sub.works.example", true),
            "identity.provider_outside",
        ),
        (
            claims("eve", "eve@works.example", false),
            "identity.provider_no_address",
        ),
        (json!({ "sub": "eve" }), "identity.provider_no_address"),
    ] {
        let (mut visitor, shown) = world.come_back(&claims).await;
        assert_refused(&shown, StatusCode::FORBIDDEN, code);
        assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn an_account_that_is_there_is_not_taken_over_by_its_address() {
    let world = World::start().await;
    let mut ada = Visitor::sign_up(&world.app, "ada@works.example", PASSWORD).await;
    let own = ada.me().await.1["organisation"].clone();
    let (mut intruder, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_exists");
    assert_eq!(intruder.me().await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ada.me().await.1["organisation"], own);
}

#[tokio::test]
async fn who_proves_both_sides_links_and_is_let_in_to_this_organisation_alone() {
    let mut world = World::start().await;
    let mut owner = world.owner;
    world.owner = Visitor::new(&world.app.url);
    let me = owner.me().await.1;
    let somebody = claims("owner-there", "somebody@elsewhere.example", true);
    let shown = world.link(&mut owner, &somebody).await;
    assert_eq!(
        (shown.status, shown.location.as_str()),
        (StatusCode::SEE_OTHER, "/security"),
        "{}",
        shown.text
    );
    assert!(
        owner
            .get("/security")
            .await
            .text
            .contains("somebody@elsewhere.example")
    );
    let (mut by_provider, shown) = world.come_back(&somebody).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(by_provider.me().await.1["user"], me["user"]);
    // One subject is one person, and one person one subject.
    let shown = world.link(&mut owner, &colleague("second")).await;
    assert_refused(&shown, StatusCode::CONFLICT, "identity.provider_linked");
    // Unlinked, it lets nobody in, and what it began is over.
    let page = owner.get("/security").await.text;
    let id = between(&page, "/security/provider/pid_", "/unlink").unwrap();
    let path = format!("/security/provider/pid_{id}/unlink");
    assert_eq!(
        owner.post("/security", &path, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(by_provider.me().await.0, StatusCode::UNAUTHORIZED);
    let (_, shown) = world.come_back(&somebody).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_outside");
}

#[tokio::test]
async fn the_second_factor_is_asked_for_after_a_provider_as_after_a_password() {
    let world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    fate(
        &world.app,
        "update identity.organisations set mfa_required = true",
    )
    .await;
    let mut hard = colleague("ada");
    hard["auth_time"] = time_now().into();
    hard["amr"] = json!(["mfa", "hwk"]);
    let (mut half, shown) = world.come_back(&hard).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let (status, problem) = half.me().await;
    assert_eq!(
        (status, &problem["code"]),
        (
            StatusCode::UNAUTHORIZED,
            &json!("identity.second_factor_due")
        )
    );
    // Whose account the organisation made, and who has no other way in, sets one up there.
    let page = half
        .post("/sign-in/second-factor", "/sign-in/authenticator", &[])
        .await;
    assert!(
        page.text.contains("Set up the app"),
        "{} {}",
        page.status,
        page.text
    );
}

#[tokio::test]
async fn who_was_removed_is_not_let_in_again_by_the_provider() {
    let world = World::start().await;
    let mut ada = world.let_in(&colleague("ada")).await;
    fate(
        &world.app,
        "update identity.memberships m set removed_at = now() from identity.users u
          where u.id = m.user_id and u.email = 'ada@works.example'",
    )
    .await;
    assert_eq!(ada.me().await.0, StatusCode::UNAUTHORIZED);
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_removed");
}

#[tokio::test]
async fn an_answer_is_good_once_in_its_browser_and_at_its_own_address() {
    let world = World::start().await;
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    // Another browser.
    let mut other = Visitor::new(&world.app.url);
    assert_refused(
        &follow(&mut other, &back).await,
        StatusCode::FORBIDDEN,
        "identity.attempt_foreign",
    );
    // In another issuer's name.
    let mixed = changed(&back, "iss", Some("https://evil.example"));
    assert_refused(
        &follow(&mut visitor, &mixed).await,
        StatusCode::FORBIDDEN,
        "identity.issuer_mixed_up",
    );
    // The state was used up by that.
    assert_refused(
        &follow(&mut visitor, &back).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "identity.attempt_gone",
    );
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    assert_eq!(
        follow(&mut visitor, &back).await.status,
        StatusCode::SEE_OTHER
    );
    assert_refused(
        &follow(&mut visitor, &back).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "identity.attempt_gone",
    );
}

#[tokio::test]
async fn one_organisations_provider_does_not_answer_for_anothers() {
    let mut world = World::start().await;
    drop(world.let_in(&colleague("ada")).await);
    // Mallory's organisation has a provider of the same issuer, with the same client.
    let mut mallory = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    std::mem::swap(&mut world.owner, &mut mallory);
    world.add_provider().await;
    world.try_it().await;
    let theirs = world.provider().await;
    world
        .press(&format!("{SETTINGS}/providers/{theirs}/on"), &[])
        .await;
    // Whom the first one's provider knows, theirs does not.
    let (mut visitor, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.provider_outside");
    assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
    // An answer to one is none at the other's address.
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    let first = text(
        &world.app,
        "select audit.text_id('idp', id) from identity.providers order by created_at limit 1",
    )
    .await;
    let path = format!("/sign-in/sso/{first}/callback?{}", back.query().unwrap());
    assert_refused(
        &visitor.get(&path).await,
        StatusCode::FORBIDDEN,
        "identity.attempt_foreign",
    );
}
