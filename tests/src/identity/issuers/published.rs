//! What an issuer publishes about itself, and where it would have the broker go.

use std::time::Duration;

use super::server::Trouble;
use super::*;

/// What somebody is told who presses the button.
async fn told(app: &TestApp) -> String {
    let mut visitor = Visitor::new(&app.url);
    let shown = visitor.post("/sign-in", "/sign-in/with/works", &[]).await;
    assert_eq!(
        (shown.status, shown.location.as_str()),
        (StatusCode::SEE_OTHER, "/sign-in")
    );
    visitor.get("/sign-in").await.text
}

#[tokio::test]
async fn a_document_that_names_another_issuer_is_not_used() {
    for metadata in [
        json!({ "issuer": "https://accounts.google.com" }),
        json!({ "issuer": null }),
        json!({ "token_endpoint": null }),
        json!({ "jwks_uri": "no address" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
    ] {
        let world = World::start().await;
        world.issuer.plan(|plan| plan.metadata = metadata.clone());
        let page = told(&world.app).await;
        assert!(
            page.contains("What they publish about themselves is wrong"),
            "{metadata}: {page}"
        );
    }
}

#[tokio::test]
async fn a_hostile_issuer_costs_seconds_and_bytes_within_limits() {
    let options = Options {
        timeout: Some(Duration::from_secs(1)),
        ..Options::default()
    };
    let world = World::start_with(options).await;
    let elsewhere = Issuer::start().await;
    let document = "/.well-known/openid-configuration";
    let to = format!("{}{document}", elsewhere.url);
    for trouble in [Trouble::Redirect(to), Trouble::Huge, Trouble::Slow] {
        world
            .issuer
            .plan(|plan| plan.trouble = Some((document, trouble)));
        let begun = std::time::Instant::now();
        let page = told(&world.app).await;
        assert!(page.contains("cannot be asked at this moment"), "{page}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(elsewhere.asked(document), 0, "a redirect was followed");
    // What failed is not tried again at once, whoever asks.
    let asked = world.issuer.asked(document);
    for _ in 0..5 {
        told(&world.app).await;
    }
    assert_eq!(world.issuer.asked(document), asked);
}

#[tokio::test]
async fn a_code_goes_nowhere_but_to_the_issuer() {
    let world = World::start().await;
    let elsewhere = Issuer::start().await;
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    let to = format!("{}/token", elsewhere.url);
    world
        .issuer
        .plan(|plan| plan.trouble = Some(("/token", Trouble::Redirect(to))));
    assert_refused(
        &follow(&mut visitor, &back).await,
        StatusCode::BAD_GATEWAY,
        "identity.issuer_unreachable",
    );
    assert_eq!(elsewhere.asked("/token"), 0);
}

/// The address guard of connected apps is that of issuers.
#[tokio::test]
async fn a_private_address_is_reached_only_where_the_operator_listed_it() {
    let issuer = Issuer::start().await;
    let app = TestApp::start_with(Options {
        issuers: vec![known(ID, &issuer)],
        ..Options::default()
    })
    .await;
    assert!(told(&app).await.contains("cannot be asked at this moment"));
    assert_eq!(issuer.asked("/.well-known/openid-configuration"), 0);
    // Nor where a listed issuer points at one that is not.
    let world = World::start().await;
    let inside = Issuer::start().await;
    let (token, me) = (
        format!("{}/token", inside.url),
        format!("{}/me", inside.url),
    );
    world
        .issuer
        .plan(|plan| plan.metadata = json!({ "token_endpoint": token }));
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_refused(
        &shown,
        StatusCode::BAD_GATEWAY,
        "identity.issuer_unreachable",
    );
    let world = World::start().await;
    world
        .issuer
        .plan(|plan| plan.metadata = json!({ "userinfo_endpoint": me }));
    let (_, shown) = world.come_back(&json!({ "sub": "ada" })).await;
    assert_refused(
        &shown,
        StatusCode::BAD_GATEWAY,
        "identity.issuer_unreachable",
    );
    assert_eq!((inside.asked("/token"), inside.asked("/me")), (0, 0));
}

/// What the operator listed is for what is declared there: whoever names an issuer does not choose a path of it.
#[tokio::test]
async fn an_issuer_leads_to_no_listed_host_but_its_own() {
    let inside = Issuer::start().await;
    for endpoint in ["token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        let mut options = Options::default();
        options.private.push(host_of(&inside.url));
        let world = World::start_with(options).await;
        let elsewhere = format!("{}/any/path?any=query", inside.url);
        world
            .issuer
            .plan(|plan| plan.metadata = json!({ endpoint: elsewhere }));
        let page = told(&world.app).await;
        assert!(
            page.contains("What they publish about themselves is wrong"),
            "{endpoint}: {page}"
        );
    }
    assert_eq!(inside.asked("/any/path"), 0);
}

#[tokio::test]
async fn a_server_without_issuers_offers_none() {
    let app = TestApp::start().await;
    let mut visitor = Visitor::new(&app.url);
    for path in ["/sign-in", "/sign-up"] {
        assert!(
            !visitor.get(path).await.text.contains("/sign-in/with/"),
            "{path}"
        );
    }
    let shown = visitor.post("/sign-in", "/sign-in/with/google", &[]).await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
    let shown = visitor
        .get("/sign-in/with/google/callback?state=x&code=y")
        .await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
}
