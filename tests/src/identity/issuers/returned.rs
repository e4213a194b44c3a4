//! What comes back from an issuer, and what an attacker makes of it: state, code, issuer, browser.

use super::*;
use crate::world::PASSWORD;

const GONE: (StatusCode, &str) = (StatusCode::UNPROCESSABLE_ENTITY, "identity.attempt_gone");
const FOREIGN: (StatusCode, &str) = (StatusCode::FORBIDDEN, "identity.attempt_foreign");

async fn assert_is(visitor: &mut Visitor, back: &Url, (status, code): (StatusCode, &str)) {
    let shown = follow(visitor, back).await;
    assert_refused(&shown, status, code);
    assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
}

/// RFC 6749 10.12, RFC 9700 4.7.
#[tokio::test]
async fn a_state_that_is_missing_made_up_or_mistyped_sends_no_code_anywhere() {
    let world = World::start().await;
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    let state = page
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    for wrong in [
        None,
        Some(String::new()),
        Some(state.to_uppercase()),
        Some(format!("{state}x")),
        Some(
            crypto::token::generate(crypto::token::TokenKind::OauthState, &kernel::SystemRng)
                .expose()
                .clone(),
        ),
        Some(
            crypto::token::generate(crypto::token::TokenKind::Session, &kernel::SystemRng)
                .expose()
                .clone(),
        ),
    ] {
        assert_is(
            &mut visitor,
            &changed(&back, "state", wrong.as_deref()),
            GONE,
        )
        .await;
    }
    assert_eq!(world.issuer.asked("/token"), 0);
    // None of this used it up.
    assert_eq!(follow(&mut visitor, &back).await.status, StatusCode::OK);
}

/// Login CSRF: an attacker has a victim come back with the attacker's own answer.
#[tokio::test]
async fn another_browser_comes_back_with_nothing() {
    let world = World::start().await;
    let mut attacker = world.signed_up(&colleague("mallory")).await;
    attacker.forget("session");
    let page = leave(&mut attacker, "/sign-in", "/sign-in/with/works").await;
    let back = world.issuer.consent(&page, &colleague("mallory"));
    // A browser that never left, one that left by itself, and one with a cookie that it made up.
    let mut victim = Visitor::new(&world.app.url);
    assert_is(&mut victim, &back, FOREIGN).await;
    leave(&mut victim, "/sign-in", "/sign-in/with/works").await;
    assert_is(&mut victim, &back, FOREIGN).await;
    victim.forge("issuer", "00.00");
    assert_is(&mut victim, &back, FOREIGN).await;
    let asked = world.issuer.asked("/token");
    assert_eq!(
        follow(&mut attacker, &back).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(world.issuer.asked("/token"), asked + 1);
}

#[tokio::test]
async fn an_answer_is_good_once() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    assert_eq!(
        follow(&mut visitor, &back).await.status,
        StatusCode::SEE_OTHER
    );
    let asked = world.issuer.asked("/token");
    visitor.forget("session");
    assert_is(&mut visitor, &back, GONE).await;
    assert_eq!(world.issuer.asked("/token"), asked);
}

#[tokio::test]
async fn of_many_at_once_one_is_let_in() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let before = world.sessions().await;
    let (visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    let cookie = visitor.cookie("issuer");
    let tries = (0..6).map(|_| {
        let mut same = Visitor::new(&world.app.url);
        same.forge("issuer", &cookie);
        let back = back.clone();
        async move { follow(&mut same, &back).await.status }
    });
    let answers = futures_util::future::join_all(tries).await;
    let won = answers
        .iter()
        .filter(|status| **status == StatusCode::SEE_OTHER)
        .count();
    assert_eq!(won, 1, "{answers:?}");
    assert_eq!(world.sessions().await, before + 1);
}

#[tokio::test]
async fn ten_minutes_later_it_is_over() {
    let world = World::start().await;
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    fate(
        &world.app,
        "update identity.issuer_attempts set created_at = now() - interval '10 minutes 1 second'",
    )
    .await;
    assert_is(&mut visitor, &back, GONE).await;
    assert_eq!(world.issuer.asked("/token"), 0);
    // Nor does the form of a newcomer wait for ever.
    let (mut visitor, shown) = world.come_back(&colleague("ada")).await;
    fate(&world.app, "update identity.issuer_attempts set answered_at = now() - interval '10 minutes 1 second' where answered_at is not null").await;
    let late = fill(&mut visitor, &shown).await;
    assert_eq!(
        late.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        late.text
    );
    assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_newcomers_form_is_for_their_own_browser_and_once() {
    let world = World::start().await;
    let (mut visitor, shown) = world.come_back(&colleague("ada")).await;
    let mut other = Visitor::new(&world.app.url);
    let stolen = fill(&mut other, &shown).await;
    assert_eq!(
        stolen.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        stolen.text
    );
    // What is missing is asked for again, and uses nothing up.
    let state = between(&shown.text, "name=\"state\" value=\"", "\"").unwrap();
    let fields = [
        ("state", state.as_str()),
        ("name", ""),
        ("organisation", "Works"),
    ];
    let again = visitor.post("/sign-up", "/sign-up/with", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("Write a name."), "{}", again.text);
    assert_eq!(
        fill(&mut visitor, &shown).await.status,
        StatusCode::SEE_OTHER
    );
    visitor.forget("session");
    let twice = fill(&mut visitor, &shown).await;
    assert_eq!(
        twice.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        twice.text
    );
    assert_eq!(world.identities().await, 1);
}

#[tokio::test]
async fn somebody_else_may_have_taken_the_address_meanwhile() {
    let world = World::start().await;
    let (mut visitor, shown) = world.come_back(&colleague("ada")).await;
    drop(Visitor::sign_up(&world.app, "ada@works.example", PASSWORD).await);
    let late = fill(&mut visitor, &shown).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(world.identities().await, 0);
}

/// RFC 9700 4.5, code injection: an attacker's browser comes back with a victim's code.
#[tokio::test]
async fn a_code_of_another_round_trip_is_refused_for_its_verifier() {
    let world = World::start().await;
    let (_, victims) = world.leave().await;
    let stolen = world.issuer.consent(&victims, &colleague("ada"));
    let code = stolen
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let (mut attacker, page) = world.leave().await;
    let own = world.issuer.consent(&page, &colleague("mallory"));
    let injected = changed(&own, "code", Some(&code));
    assert_is(
        &mut attacker,
        &injected,
        (StatusCode::BAD_GATEWAY, "identity.issuer_code"),
    )
    .await;
    // The attempt is used up with it.
    assert_is(&mut attacker, &own, GONE).await;
}

/// RFC 9207 2.4, and RFC 9700 4.4: a mix-up.
#[tokio::test]
async fn an_answer_in_another_issuers_name_or_in_none_is_refused() {
    let world = World::start().await;
    let slash = format!("{}/", world.issuer.url);
    for iss in [
        None,
        Some("https://attacker.example"),
        Some(slash.as_str()),
        Some(""),
    ] {
        let (mut visitor, page) = world.leave().await;
        let back = world.issuer.consent(&page, &colleague("ada"));
        let mixed = changed(&back, "iss", iss);
        assert_is(
            &mut visitor,
            &mixed,
            (StatusCode::FORBIDDEN, "identity.issuer_mixed_up"),
        )
        .await;
    }
    assert_eq!(world.issuer.asked("/token"), 0);
}

#[tokio::test]
async fn each_issuer_has_an_address_of_its_own() {
    let other = Issuer::start().await;
    let mut options = Options::default();
    options.private.push(host_of(&other.url));
    options.issuers.push(known("other", &other));
    let world = World::start_with(options).await;
    let (mut visitor, page) = world.leave().await;
    let back = world.issuer.consent(&page, &colleague("ada"));
    let mut moved = back.clone();
    moved.set_path("/sign-in/with/other/callback");
    assert_is(&mut visitor, &moved, FOREIGN).await;
    assert_eq!(
        (world.issuer.asked("/token"), other.asked("/token")),
        (0, 0)
    );
    let mut nowhere = back.clone();
    nowhere.set_path("/sign-in/with/nobody/callback");
    assert_eq!(
        follow(&mut visitor, &nowhere).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(follow(&mut visitor, &back).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_is_finished_by_whoever_began_it_and_nobody_else() {
    let world = World::start().await;
    let mut owner = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    let page = leave(&mut owner, "/security", "/security/identities/link/works").await;
    let back = world.issuer.consent(&page, &colleague("mallory"));
    // The same browser, where somebody else is signed in by now, or nobody.
    let cookie = owner.cookie("issuer");
    let mut other = Visitor::sign_up(&world.app, &unused_address(), PASSWORD).await;
    other.forge("issuer", &cookie);
    assert_refused(&follow(&mut other, &back).await, FOREIGN.0, FOREIGN.1);
    let mut nobody = Visitor::new(&world.app.url);
    nobody.forge("issuer", &cookie);
    assert_is(&mut nobody, &back, FOREIGN).await;
    // A session that has ended links nothing either.
    fate(&world.app, "update identity.sessions set ended_at = now()").await;
    assert_refused(&follow(&mut owner, &back).await, FOREIGN.0, FOREIGN.1);
    assert_eq!(
        (world.issuer.asked("/token"), world.identities().await),
        (0, 0)
    );
}

#[tokio::test]
async fn a_no_is_said_in_our_own_words() {
    let world = World::start().await;
    for (error, expected) in [
        (
            "access_denied",
            (StatusCode::FORBIDDEN, "identity.issuer_said_no"),
        ),
        (
            "server_error",
            (StatusCode::BAD_GATEWAY, "identity.issuer_refused"),
        ),
    ] {
        let (mut visitor, page) = world.leave().await;
        let back = changed(
            &world.issuer.consent(&page, &colleague("ada")),
            "code",
            None,
        );
        let mut told = changed(&back, "error", Some(error));
        told.query_pairs_mut()
            .append_pair("error_description", "call +1 555 0100 now");
        let shown = follow(&mut visitor, &told).await;
        assert_refused(&shown, expected.0, expected.1);
        assert!(!shown.text.contains("555 0100"), "{}", shown.text);
        assert_is(&mut visitor, &back, GONE).await;
    }
    assert_eq!(world.issuer.asked("/token"), 0);
}

#[tokio::test]
async fn nobody_is_sent_on_to_another_site() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    for next in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let mut visitor = Visitor::new(&world.app.url);
        let shown = visitor
            .post("/sign-in", "/sign-in/with/works", &[("next", next)])
            .await;
        let link = between(&shown.text, "btn-wide\" href=\"", "\"").unwrap();
        let page: Url = link.replace("&#38;", "&").parse().unwrap();
        let shown = follow(
            &mut visitor,
            &world.issuer.consent(&page, &colleague("ada")),
        )
        .await;
        assert_eq!(
            (shown.status, shown.location.as_str()),
            (StatusCode::SEE_OTHER, "/")
        );
    }
}
