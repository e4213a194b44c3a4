//! ID tokens that an issuer, or somebody between, makes up. What is right about them is `crypto::id_token`'s own
//! tests; that the server asks is shown here.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as B64;

use super::server::{Mint, Signer, parts};
use super::*;

/// A right token of somebody who is known, changed by `mint`.
async fn assert_taken_for_nothing(world: &World, what: &str, mint: Mint) {
    let sessions = world.sessions().await;
    world.issuer.plan(|plan| plan.mint = Some(mint));
    let (mut visitor, shown) = world.come_back(&colleague("ada")).await;
    assert_eq!(
        shown.status,
        StatusCode::BAD_GATEWAY,
        "{what}: {}",
        shown.text
    );
    assert!(
        shown.text.contains("identity.issuer_token"),
        "{what}: {}",
        shown.text
    );
    assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED, "{what}");
    assert_eq!(world.sessions().await, sessions, "{what}");
}

fn claiming(name: &'static str, value: Value) -> Mint {
    std::sync::Arc::new(move |signer: &Signer, mut claims: Value| {
        claims[name] = value.clone();
        signer.sign(&claims)
    })
}

fn headed(header: Value) -> Mint {
    std::sync::Arc::new(move |signer: &Signer, claims: Value| {
        let signed = parts(&header, &claims);
        format!(
            "{signed}.{}",
            B64.encode(signer.pair.sign(signed.as_bytes()).as_ref())
        )
    })
}

#[tokio::test]
async fn a_token_that_is_not_for_here_and_now_signs_nobody_in() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let now = server::time_now();
    for (what, mint) in [
        ("another client's", claiming("aud", json!("another client"))),
        (
            "ours and another's",
            claiming("aud", json!([CLIENT, "another client"])),
        ),
        (
            "for another party",
            claiming("azp", json!("another client")),
        ),
        (
            "another issuer's",
            claiming("iss", json!("https://attacker.example")),
        ),
        ("expired", claiming("exp", json!(now - 61))),
        ("from the future", claiming("iat", json!(now + 120))),
        ("not in force yet", claiming("nbf", json!(now + 120))),
        ("of another round trip", claiming("nonce", json!("another"))),
        ("of none", claiming("nonce", Value::Null)),
        (
            "of another access token",
            claiming("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ),
        (
            "an access token",
            headed(json!({ "alg": "EdDSA", "kid": "one", "typ": "at+jwt" })),
        ),
        (
            "with what must be understood",
            headed(json!({ "alg": "EdDSA", "kid": "one", "crit": ["x"], "x": 1 })),
        ),
    ] {
        assert_taken_for_nothing(&world, what, mint).await;
    }
    world.issuer.plan(|plan| plan.mint = None);
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_eq!(
        shown.status,
        StatusCode::SEE_OTHER,
        "an honest one does: {}",
        shown.text
    );
}

/// RFC 8725 2.1: algorithm confusion.
#[tokio::test]
async fn a_token_that_nobody_signed_signs_nobody_in() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let none: Mint =
        std::sync::Arc::new(|_, claims| format!("{}.", parts(&json!({ "alg": "none" }), &claims)));
    assert_taken_for_nothing(&world, "none", none).await;
    let by_public_key: Mint = std::sync::Arc::new(|signer: &Signer, claims| {
        let signed = parts(&json!({ "alg": "HS256", "kid": "one" }), &claims);
        let secret = signer.jwk()["x"].as_str().unwrap().to_owned();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &B64.decode(secret).unwrap());
        format!(
            "{signed}.{}",
            B64.encode(hmac::sign(&key, signed.as_bytes()).as_ref())
        )
    });
    assert_taken_for_nothing(&world, "HS256 with the public key", by_public_key).await;
    let by_secret: Mint = std::sync::Arc::new(|_, claims| {
        let signed = parts(&json!({ "alg": "HS256", "kid": "one" }), &claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        format!(
            "{signed}.{}",
            B64.encode(hmac::sign(&key, signed.as_bytes()).as_ref())
        )
    });
    assert_taken_for_nothing(&world, "HS256 with the client's secret", by_secret).await;
    let stranger: Mint = std::sync::Arc::new(|_, claims| Signer::new("one").sign(&claims));
    assert_taken_for_nothing(&world, "another key of that name", stranger).await;
    let embedded: Mint = std::sync::Arc::new(|_, claims| {
        let own = Signer::new("own");
        let signed = parts(
            &json!({ "alg": "EdDSA", "kid": "own", "jwk": own.jwk() }),
            &claims,
        );
        format!(
            "{signed}.{}",
            B64.encode(own.pair.sign(signed.as_bytes()).as_ref())
        )
    });
    assert_taken_for_nothing(&world, "a key that it brings", embedded).await;
    for text in ["", "x", "a.b.c"] {
        let mint: Mint = std::sync::Arc::new(move |_, _| text.to_owned());
        assert_taken_for_nothing(&world, text, mint).await;
    }
}

#[tokio::test]
async fn unknown_keys_have_the_key_set_read_again_once_a_minute() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    assert_eq!(world.issuer.asked("/keys"), 1);
    world
        .issuer
        .mint(|_, claims| Signer::new("made up").sign(&claims));
    for _ in 0..8 {
        let (_, shown) = world.come_back(&colleague("ada")).await;
        assert_refused(&shown, StatusCode::BAD_GATEWAY, "identity.issuer_token");
    }
    assert_eq!(world.issuer.asked("/keys"), 2);
}

#[tokio::test]
async fn a_new_key_of_the_issuer_is_found() {
    let world = World::start().await;
    drop(world.signed_up(&colleague("ada")).await);
    let next = std::sync::Arc::new(Signer::new("two"));
    let set = json!({ "keys": [next.jwk()] });
    world.issuer.plan(|plan| plan.keys = Some(set));
    world.issuer.mint(move |_, claims| next.sign(&claims));
    let (_, shown) = world.come_back(&colleague("ada")).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
}
