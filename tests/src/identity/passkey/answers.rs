//! What a wrong answer gets: nothing, and an entry in the audit log.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::soft::{PRESENT, SYNCABLE, Says, Soft, VERIFIED, bytes, text};
use super::*;

/// A change to what an honest authenticator says.
type Lie = fn(&mut Says);

const LIES: [(&str, Lie, &str); 9] = [
    (
        "another origin",
        |s| s.origin = "https://evil.example".into(),
        "identity.passkey_refused",
    ),
    (
        "another port",
        |s| s.origin = "http://localhost:1".into(),
        "identity.passkey_refused",
    ),
    (
        "another party",
        |s| s.party = "evil.example".into(),
        "identity.passkey_refused",
    ),
    (
        "another ceremony",
        |s| s.kind = "webauthn.create",
        "identity.passkey_refused",
    ),
    (
        "inside another page",
        |s| s.framed = true,
        "identity.passkey_refused",
    ),
    (
        "nobody present",
        |s| s.flags = VERIFIED,
        "identity.passkey_refused",
    ),
    (
        "nobody checked",
        |s| s.flags = PRESENT,
        "identity.passkey_unverified",
    ),
    (
        "made for somebody else",
        |s| s.handle = Some(vec![7; 32]),
        "identity.passkey_refused",
    ),
    (
        "made for nobody",
        |s| s.handle = None,
        "identity.passkey_refused",
    ),
];

#[tokio::test]
async fn a_lie_signs_nobody_in_and_uses_its_challenge_up() {
    let app = named().await;
    let mut soft = Soft::es256();
    owner(&app, &mut soft).await;
    for (what, lie, code) in LIES {
        let mut visitor = Visitor::new(&app.url);
        let options = ask(&mut visitor, "/sign-in", SIGN_IN).await;
        let mut says = soft.honest(&app.url);
        lie(&mut says);
        let answer = soft.answer(&options, &says);
        let (status, problem) = send(&mut visitor, "/sign-in", SIGN_IN, &answer).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{what}: {problem}"
        );
        assert_eq!(problem["code"], code, "{what}");
        assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED, "{what}");
        // The truth comes too late.
        let honest = soft.answer(&options, &soft.honest(&app.url));
        let (_, problem) = send(&mut visitor, "/sign-in", SIGN_IN, &honest).await;
        assert_eq!(problem["code"], "identity.passkey_stale", "{what}");
    }
    assert_eq!(told(&app, "identity.passkey_wrong").await, 9);
    assert_eq!(told(&app, "identity.signed_in_by_passkey").await, 0);
}

#[tokio::test]
async fn an_answer_is_taken_once_however_many_send_it() {
    let app = named().await;
    let mut soft = Soft::es256();
    owner(&app, &mut soft).await;
    let mut first = Visitor::new(&app.url);
    let options = ask(&mut first, "/sign-in", SIGN_IN).await;
    let answer = soft.answer(&options, &soft.honest(&app.url));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (url, answer) = (app.url.clone(), answer.clone());
        senders.spawn(async move {
            let mut visitor = Visitor::new(&url);
            send(&mut visitor, "/sign-in", SIGN_IN, &answer).await.0
        });
    }
    let answers = senders.join_all().await;
    let taken = answers.iter().filter(|s| **s == StatusCode::CREATED);
    assert_eq!(taken.count(), 1, "{answers:?}");
    let (_, problem) = send(&mut first, "/sign-in", SIGN_IN, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_stale");
}

#[tokio::test]
async fn a_flipped_bit_of_the_signature_and_a_passkey_that_is_not_known_are_refused() {
    let app = named().await;
    let mut soft = Soft::ed25519();
    owner(&app, &mut soft).await;
    let mut visitor = Visitor::new(&app.url);
    let options = ask(&mut visitor, "/sign-in", SIGN_IN).await;
    let mut answer = soft.answer(&options, &soft.honest(&app.url));
    let mut signature = bytes(&answer["response"]["signature"]);
    signature[40] ^= 1;
    answer["response"]["signature"] = json!(text(&signature));
    let (_, problem) = send(&mut visitor, "/sign-in", SIGN_IN, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_refused");
    let mut stranger = Soft::es256();
    stranger.handle = soft.handle.clone();
    let (_, status, problem) = sign_in(&app, &mut stranger).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["code"], "identity.passkey_unknown");
}

#[tokio::test]
async fn a_challenge_is_answered_in_its_own_session_for_its_own_purpose_in_time() {
    let app = named().await;
    let mut soft = Soft::es256();
    let owner = owner(&app, &mut soft).await;
    let due = "/sign-in/second-factor";
    let (mut one, mut other) = (
        half(&app, &owner.email).await,
        half(&app, &owner.email).await,
    );
    let options = ask(&mut one, due, SECOND).await;
    let answer = soft.answer(&options, &soft.honest(&app.url));
    // In another session of the same person, and to sign in with nothing else.
    let (_, problem) = send(&mut other, due, SECOND, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_stale");
    let (_, problem) = send(&mut Visitor::new(&app.url), "/sign-in", SIGN_IN, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_stale");
    // One that was made to sign in with is no second factor.
    let alone = ask(&mut other, due, SIGN_IN).await;
    let elsewhere = soft.answer(&alone, &soft.honest(&app.url));
    let (_, problem) = send(&mut other, due, SECOND, &elsewhere).await;
    assert_eq!(problem["code"], "identity.passkey_stale");
    // None of that used it up.
    let (status, problem) = send(&mut one, due, SECOND, &answer).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{problem}");
    let options = ask(&mut other, due, SECOND).await;
    let late = soft.answer(&options, &soft.honest(&app.url));
    fate(&app, "update identity.passkey_challenges set created_at = now() - interval '6 minutes', expires_at = now() - interval '1 minute'").await;
    let (_, problem) = send(&mut other, due, SECOND, &late).await;
    assert_eq!(problem["code"], "identity.passkey_stale");
    // What is over goes when somebody asks anew.
    ask(&mut other, due, SECOND).await;
    let left: i64 = sqlx::query_scalar("select count(*) from identity.passkey_challenges")
        .fetch_one(&mut superuser(&app).await)
        .await
        .unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn somebody_elses_passkey_is_no_second_factor_of_mine() {
    let app = named().await;
    let (mut mine, mut theirs) = (Soft::es256(), Soft::es256());
    let me = owner(&app, &mut mine).await;
    owner(&app, &mut theirs).await;
    let due = "/sign-in/second-factor";
    let mut visitor = half(&app, &me.email).await;
    let options = ask(&mut visitor, due, SECOND).await;
    let known = options["allowCredentials"].as_array().unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0]["id"], text(&mine.id));
    // Those that browsers know.
    assert_eq!(known[0]["transports"], json!(["hybrid", "internal"]));
    let answer = theirs.answer(&options, &theirs.honest(&app.url));
    let (_, problem) = send(&mut visitor, due, SECOND, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_unknown");
    assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_counter_that_does_not_go_up_is_a_copy() {
    let app = named().await;
    let mut soft = Soft::es256();
    soft.count = 5;
    let mut owner = owner(&app, &mut soft).await;
    assert_eq!(sign_in(&app, &mut soft).await.1, StatusCode::CREATED);
    assert_eq!(soft.count, 6);
    for behind in [5, 2] {
        soft.count = behind;
        let (mut visitor, status, problem) = sign_in(&app, &mut soft).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["code"], "identity.passkey_copied");
        assert_eq!(visitor.me().await.0, StatusCode::UNAUTHORIZED);
    }
    let mut visitor = half(&app, &owner.email).await;
    let due = "/sign-in/second-factor";
    let options = ask(&mut visitor, due, SECOND).await;
    soft.count = 0;
    let answer = soft.answer(&options, &soft.honest(&app.url));
    let (_, problem) = send(&mut visitor, due, SECOND, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_copied");
    assert_eq!(told(&app, "identity.passkey_copied").await, 3);
    // The right one works on, and the person sees that there was another.
    soft.count = 6;
    assert_eq!(sign_in(&app, &mut soft).await.1, StatusCode::CREATED);
    let page = owner.visitor.get("/security").await;
    assert!(
        page.text.contains("somebody may hold a copy"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_passkey_that_turns_out_to_be_syncable_was_not_made_here() {
    let app = named().await;
    let mut soft = Soft::es256();
    owner(&app, &mut soft).await;
    let mut visitor = Visitor::new(&app.url);
    let options = ask(&mut visitor, "/sign-in", SIGN_IN).await;
    let mut says = soft.honest(&app.url);
    says.flags |= SYNCABLE;
    let answer = soft.answer(&options, &says);
    let (_, problem) = send(&mut visitor, "/sign-in", SIGN_IN, &answer).await;
    assert_eq!(problem["code"], "identity.passkey_refused");
}

/// What is no answer at all, by the path in the body that it replaces.
fn garbage() -> Vec<(&'static str, Value, StatusCode)> {
    let (wrong, odd) = (StatusCode::UNPROCESSABLE_ENTITY, text(&[0xa3; 64]));
    vec![
        ("/response/attestationObject", json!(odd), wrong),
        (
            "/response/attestationObject",
            json!(text(&vec![0xbf; 2_000])),
            wrong,
        ),
        (
            "/response/attestationObject",
            json!(text(&[
                0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
            ])),
            wrong,
        ),
        (
            "/response/attestationObject",
            json!(text(&vec![0; 33_000])),
            wrong,
        ),
        ("/response/attestationObject", json!("not base64!"), wrong),
        ("/response/attestationObject", json!(["QQ"]), wrong),
        ("/response/clientDataJSON", json!(text(b"{}")), wrong),
        ("/response/clientDataJSON", json!(text(&[0xff; 30])), wrong),
        (
            "/response/clientDataJSON",
            json!(text(&vec![b' '; 5_000])),
            wrong,
        ),
        (
            "/response/clientDataJSON",
            json!(text(&vec![b'['; 1_200_000])),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        ("/response", Value::Null, wrong),
    ]
}

#[tokio::test]
async fn garbage_adds_nothing_whatever_its_size() {
    let app = named().await;
    let mut visitor = Visitor::sign_up(&app, &unused_address(), PASSWORD).await;
    for (place, garbage, expected) in garbage() {
        let options = ask(&mut visitor, "/security", PASSKEYS).await;
        let mut soft = Soft::es256();
        let mut credential = soft.make(&options, &soft.honest(&app.url));
        *credential.pointer_mut(place).unwrap() = garbage;
        let body = json!({ "name": "Garbage", "credential": credential });
        let (status, answer) = visitor
            .api("/security", (Method::POST, PASSKEYS), &body)
            .await;
        assert_eq!(status, expected, "{place}: {answer}");
    }
    let kept: i64 = sqlx::query_scalar("select count(*) from identity.passkeys")
        .fetch_one(&mut superuser(&app).await)
        .await
        .unwrap();
    assert_eq!(kept, 0);
}
