//! A session that a provider began is the organisation's: it does nothing to the account, and goes nowhere else.

use super::*;

#[tokio::test]
async fn whoever_runs_a_provider_does_not_act_as_its_people_elsewhere() {
    let mut world = World::start().await;
    let mut owner = std::mem::replace(&mut world.owner, Visitor::new(&world.app.url));
    // The owner has a second organisation, too.
    owner
        .post("/organisations", "/organisations", &[("name", "Second")])
        .await;
    let second = owner.me().await.1["organisation"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = text(
        &world.app,
        "select audit.text_id('org', org_id) from identity.providers",
    )
    .await;
    owner
        .post(
            "/organisations",
            "/organisations/switch",
            &[("organisation", &first)],
        )
        .await;
    let shown = world.link(&mut owner, &colleague("boss")).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    let mut fresh = colleague("boss");
    fresh["auth_time"] = time_now().into();
    let mut by_provider = world.let_in(&fresh).await;
    for (on, path, form) in [
        (
            "/organisations",
            "/organisations/switch",
            vec![("organisation", second.as_str())],
        ),
        ("/organisations", "/organisations", vec![("name", "Third")]),
        ("/organisations", "/organisations/leave", vec![]),
        (
            "/profile",
            "/profile/address",
            vec![("new_email", "evil@evil.example")],
        ),
        (
            "/profile",
            "/profile/password",
            vec![
                ("current", PASSWORD),
                ("password", "correct horse battery staple"),
            ],
        ),
        ("/security", "/security/authenticator", vec![]),
        ("/security", "/security/recovery-codes", vec![]),
        ("/account", "/account/delete", vec![("email", "x")]),
    ] {
        let shown = by_provider.post(on, path, &form).await;
        let is_told = shown.text.contains("identity.not_own_session")
            || shown.text.contains("single sign-on began this session");
        let after = by_provider.get(on).await.text;
        assert!(
            is_told || after.contains("single sign-on began this session"),
            "{path}: {} {} {}",
            shown.status,
            shown.location,
            shown.text
        );
    }
    assert_eq!(by_provider.me().await.1["organisation"], json!(first));
    let shown = by_provider.get("/account/export").await;
    assert_ne!(shown.status, StatusCode::OK, "{}", shown.text);
    // Where else the owner is signed in is not shown to it.
    let go = [("organisation", second.as_str())];
    owner
        .post("/organisations", "/organisations/switch", &go)
        .await;
    let sessions = by_provider.get("/api/v1/sessions").await.text;
    assert_eq!(sessions.matches("\"current\"").count(), 1, "{sessions}");
    let page = by_provider.get("/sessions").await.text;
    assert!(page.contains("signed in to this organisation"), "{page}");
    let sessions = owner.get("/api/v1/sessions").await.text;
    assert_eq!(sessions.matches("\"current\"").count(), 2, "{sessions}");
    let page = owner.get("/sessions").await.text;
    assert!(
        page.contains("Every place where you are signed in"),
        "{page}"
    );
    // In the organisation it acts as any other: an owner manages it.
    assert_eq!(by_provider.get(SETTINGS).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_fresh_proof_is_the_providers_for_its_own_sessions() {
    let world = World::start().await;
    // It did not say when it asked, so the session is not fresh.
    let mut ada = world.let_in(&colleague("ada")).await;
    let page = ada.get("/prove?next=/security").await.text;
    assert!(page.contains("Confirm with Works ID"), "{page}");
    let path = format!("/prove/provider/{}", world.provider().await);
    let asked = leave(&mut ada, "/prove?next=/security", &path).await;
    assert!(asked.query().unwrap().contains("prompt=login"), "{asked}");
    // It did not ask.
    let stale = follow(&mut ada, &world.issuer.consent(&asked, &colleague("ada"))).await;
    assert_refused(&stale, StatusCode::FORBIDDEN, "identity.issuer_stale");
    // It asked, and somebody else answered.
    let asked = leave(&mut ada, "/prove?next=/security", &path).await;
    let mut other = colleague("eve");
    other["auth_time"] = (time_now() + 1).into();
    let shown = follow(&mut ada, &world.issuer.consent(&asked, &other)).await;
    assert_refused(&shown, StatusCode::FORBIDDEN, "identity.issuer_other");
    let asked = leave(&mut ada, "/prove?next=/security", &path).await;
    let mut fresh = colleague("ada");
    fresh["auth_time"] = (time_now() + 1).into();
    let shown = follow(&mut ada, &world.issuer.consent(&asked, &fresh)).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
}
