//! ID-04, ID-11: the controls about sessions and forged requests, falling with what they check switched off.

use std::sync::{Arc, Mutex};

use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::Value;

use super::proxy::{as_it_is, falls_behind, without_headers};
use super::{falls_with, instead, without};

const SESSIONS: &str = "identity.sessions";

#[tokio::test]
async fn id_04_falls_when_an_ended_session_goes_on() {
    let lenient = without("ctx.bind_session", "and s.ended_at is null");
    falls_with(SESSIONS, &lenient, "its next request 200").await;
}

#[tokio::test]
async fn id_04_falls_when_an_owner_sees_sessions() {
    let open = instead(
        "identity.own_sessions",
        "s.user_id = who",
        "s.org_id = here",
    );
    falls_with(SESSIONS, &open, "an owner saw").await;
}

#[tokio::test]
async fn id_04_falls_when_an_owner_ends_sessions() {
    let open = without(
        "identity.end_own_session",
        "and s.id = any (array(select own.id from identity.own_sessions() own))",
    );
    falls_with(SESSIONS, &open, "an owner ended").await;
}

#[tokio::test]
async fn id_04_falls_when_the_web_process_may_read_the_table() {
    let open = "grant select (id) on identity.sessions to countersign_front";
    falls_with(SESSIONS, open, "statements on the table").await;
}

#[tokio::test]
async fn id_04_falls_when_scripts_read_the_cookie() {
    let readable = |answer: &mut axum::http::Response<_>| {
        let set: Vec<_> = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .cloned()
            .collect();
        answer.headers_mut().remove(SET_COOKIE);
        for cookie in set {
            let cookie = cookie.to_str().unwrap().replace("; HttpOnly", "");
            answer
                .headers_mut()
                .append(SET_COOKIE, cookie.parse().unwrap());
        }
    };
    falls_behind(SESSIONS, as_it_is(), Box::new(readable), "without HttpOnly").await;
}

#[tokio::test]
async fn id_04_falls_when_nobody_looks_at_the_signature() {
    // Signs anew whatever comes with the value of a cookie that was set before.
    let signed = Arc::new(Mutex::new(Vec::<String>::new()));
    let known = Arc::clone(&signed);
    let sign = move |request: &mut axum::http::Request<_>| {
        let Some(sent) = request.headers().get(COOKIE) else {
            return;
        };
        let sent = sent.to_str().unwrap().to_owned();
        let value = |cookie: &str| cookie.split('.').next().unwrap().to_owned();
        let known = known.lock().unwrap();
        if let Some(right) = known.iter().find(|right| value(right) == value(&sent)) {
            request.headers_mut().insert(COOKIE, right.parse().unwrap());
        }
    };
    let keep = move |answer: &mut axum::http::Response<_>| {
        for set in answer.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            signed
                .lock()
                .unwrap()
                .push(set.split(';').next().unwrap().to_owned());
        }
    };
    falls_behind(
        SESSIONS,
        Box::new(sign),
        Box::new(keep),
        "a cookie without a signature got 200",
    )
    .await;
}

const CSRF: &str = "web.csrf";

#[tokio::test]
async fn id_11_falls_when_nobody_looks_at_the_origin() {
    falls_behind(
        CSRF,
        without_headers(&["origin"]),
        as_it_is(),
        "from another site (origin)",
    )
    .await;
}

#[tokio::test]
async fn id_11_falls_when_nobody_looks_at_the_site() {
    let blind = without_headers(&["sec-fetch-site"]);
    falls_behind(
        CSRF,
        blind,
        as_it_is(),
        "from another site (sec-fetch-site)",
    )
    .await;
}

#[tokio::test]
async fn id_11_falls_when_no_token_is_needed() {
    let token = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&token);
    let add = move |request: &mut axum::http::Request<_>| {
        let token = known.lock().unwrap().parse().unwrap();
        request.headers_mut().insert("x-csrf-token", token);
    };
    let keep = move |answer: &mut axum::http::Response<axum::body::Bytes>| {
        let is_json = answer
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind == "application/json");
        let said = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
        if let (true, Some(text)) = (is_json, said["csrf_token"].as_str()) {
            text.clone_into(&mut token.lock().unwrap());
        }
    };
    falls_behind(CSRF, Box::new(add), Box::new(keep), "with None for a token").await;
}

#[tokio::test]
async fn id_11_falls_when_a_state_is_good_twice() {
    let unused = "create function public.unused() returns trigger language plpgsql as 'begin new.used_at := null; return new; end';
        create trigger unused before update on broker.authorizations for each row execute function public.unused()";
    falls_with(CSRF, unused, "a state that came twice").await;
}
