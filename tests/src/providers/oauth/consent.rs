//! RFC 6749 4.1 with RFC 7636 and RFC 9207: the round trip, and what an attacker makes of it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::world::{OAuth, field};
use crate::providers::round_trip::{
    authorize, came_back, connection, parameter, random_text, with_parameter,
};
use crate::world::signed_up;

const HOUR: u32 = 3600;

fn pending() -> (Value, Value) {
    (json!("pending"), Value::Null)
}

#[tokio::test]
async fn a_round_trip_proves_itself_with_a_verifier_and_a_state() {
    let world = OAuth::start(HOUR).await;
    let (id, page) = world.begin().await;
    assert_eq!(parameter(&page, "response_type"), "code");
    assert_eq!(parameter(&page, "code_challenge_method"), "S256");
    assert_eq!(parameter(&page, "scope"), "offline_access openid");
    let back = world.allow(&page).await;
    assert_eq!(parameter(&back, "state"), parameter(&page, "state"));
    assert_eq!(parameter(&back, "iss"), world.provider.url());
    assert!(came_back(&world.owner, &back).await);
    assert_eq!(world.state(&id).await, (json!("connected"), Value::Null));
    // RFC 7636 4.6: the challenge is the hash of what is sent with the code, and only then.
    let exchanged = world.asked_for("authorization_code");
    assert_eq!(exchanged.len(), 1);
    let verifier = field(&exchanged[0], "code_verifier").unwrap();
    assert!((43..=128).contains(&verifier.len()), "RFC 7636 4.1");
    let hash = crypto::digest::sha256(verifier.as_bytes());
    assert_eq!(
        parameter(&page, "code_challenge"),
        BASE64_URL_SAFE_NO_PAD.encode(hash)
    );
    assert!(!page.as_str().contains(verifier));
    // RFC 6749 2.3.1: the secret goes into the header alone.
    assert_eq!(field(&exchanged[0], "client_secret"), None);
    assert_eq!(world.whoami(&id).await.unwrap(), json!({ "sub": "alice" }));
    assert_eq!(
        connection(&world.owner, &id).await["scopes_granted"],
        json!(["offline_access", "openid"])
    );
    world.assert_no_secret_shows(&id).await;
}

/// RFC 9700 4.5, code injection: the attacker's code, the victim's round trip.
#[tokio::test]
async fn a_code_of_another_round_trip_is_refused_for_its_verifier() {
    let world = OAuth::start(HOUR).await;
    let (_, others) = world.begin().await;
    let stolen = parameter(&world.allow(&others).await, "code");
    let (id, page) = world.begin().await;
    let back = world.allow(&page).await;
    let injected = with_parameter(&back, "code", &stolen);
    assert!(!came_back(&world.owner, &injected).await);
    assert_eq!(world.state(&id).await, pending());
    // It was the provider that refused, and nobody tries again with the same state.
    assert_eq!(world.asked_for("authorization_code").len(), 1);
    assert!(!came_back(&world.owner, &back).await);
    assert_eq!(world.asked_for("authorization_code").len(), 1);
}

#[tokio::test]
async fn a_wrong_state_sends_no_code_anywhere() {
    let world = OAuth::start(HOUR).await;
    let (id, page) = world.begin().await;
    let back = world.allow(&page).await;
    let state = parameter(&back, "state");
    let (kind, secret) = state.rsplit_once('_').unwrap();
    let wrong = [
        String::new(),
        random_text(),
        state.to_uppercase(),
        format!("{state}x"),
        format!("{kind}_{}", secret.chars().rev().collect::<String>()),
    ];
    for state in wrong {
        let forged = with_parameter(&back, "state", &state);
        assert!(!came_back(&world.owner, &forged).await, "{state}");
    }
    // RFC 6749 10.12: the right one, in a browser where somebody else is signed in.
    let stranger = signed_up(&world.app).await;
    assert!(!came_back(&stranger, &back).await);
    assert_eq!(world.asked_for("authorization_code"), Vec::<Vec<_>>::new());
    assert_eq!(world.state(&id).await, pending());
    // None of this used it up for its owner.
    assert!(came_back(&world.owner, &back).await);
}

/// RFC 9207 2.4: a mix-up.
#[tokio::test]
async fn an_answer_in_another_issuers_name_is_refused() {
    let world = OAuth::start(HOUR).await;
    let (id, page) = world.begin().await;
    let back = world.allow(&page).await;
    let mixed_up = with_parameter(&back, "iss", "https://attacker.example");
    assert!(!came_back(&world.owner, &mixed_up).await);
    assert_eq!(world.asked_for("authorization_code"), Vec::<Vec<_>>::new());
    assert_eq!(world.state(&id).await, pending());
}

/// RFC 6749 4.1.2: a second use of a code ends what the first one gave.
#[tokio::test]
async fn a_code_is_used_once_and_its_second_use_ends_the_grant() {
    let world = OAuth::start(HOUR).await;
    let (id, page) = world.begin().await;
    let back = world.allow(&page).await;
    assert!(came_back(&world.owner, &back).await);
    // The same address again, as from a browser's history, does not leave.
    assert!(!came_back(&world.owner, &back).await);
    assert_eq!(world.asked_for("authorization_code").len(), 1);
    assert_eq!(world.whoami(&id).await.unwrap(), json!({ "sub": "alice" }));
    // Whoever saw everything that was sent, and sends it again, ends the grant at the provider.
    let sent = world.asked_for("authorization_code").remove(0);
    let sent: Vec<_> = sent
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let (status, told) = world.as_thief(&sent).await;
    assert_eq!(
        (status.as_u16(), &told["error"]),
        (400, &json!("invalid_grant")),
        "{told}"
    );
    world.whoami(&id).await.unwrap_err();
    assert_eq!(
        world.state(&id).await,
        (json!("reconnect"), json!("connectors.grant_ended"))
    );
    world.assert_no_secret_shows(&id).await;
    // A person mends it: no secret is asked for again.
    let page = authorize(&world.owner, &id, &world.client).await;
    assert!(came_back(&world.owner, &world.allow(&page).await).await);
    assert_eq!(world.whoami(&id).await.unwrap(), json!({ "sub": "alice" }));
}

#[tokio::test]
async fn ending_the_connection_ends_the_grant_at_the_provider() {
    let world = OAuth::start(HOUR).await;
    let id = world.connect().await;
    let path = format!("/api/v1/connections/{id}");
    let ended = world
        .owner
        .send(reqwest::Method::DELETE, &path, None)
        .await
        .unwrap();
    let ended: Value = ended.json().await.unwrap();
    assert_eq!(ended["revocation"], "confirmed", "{ended}");
    let posted = world.provider.seen(&reqwest::Method::POST);
    assert_eq!(posted.last().unwrap().target, "/token/revocation");
    let form: Vec<_> = url::form_urlencoded::parse(&posted.last().unwrap().body)
        .into_owned()
        .collect();
    let token = field(&form, "token").unwrap();
    let (status, told) = world
        .as_thief(&[("grant_type", "refresh_token"), ("refresh_token", token)])
        .await;
    assert_eq!(
        (status.as_u16(), &told["error"]),
        (400, &json!("invalid_grant")),
        "{told}"
    );
    world.assert_no_secret_shows(&id).await;
}
