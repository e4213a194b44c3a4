use proptest::prelude::*;

use super::redact;

#[test]
fn a_callback_url_tells_neither_code_nor_state() {
    assert_eq!(
        redact("GET /connect/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=cso_1&page=2#top"),
        "GET /connect/callback?code=[redacted]&state=[redacted]&page=2#top"
    );
    assert_eq!(
        redact("code=abc&state=def"),
        "code=[redacted]&state=[redacted]"
    );
    assert_eq!(
        redact("next=%2Fcb%3Fcode%3Dabc"),
        "next=%2Fcb%3Fcode%3D[redacted]"
    );
}

#[test]
fn words_that_are_harmless_outside_of_urls_stay() {
    for text in [
        "state=pending code=CS003 key=server.listen",
        "proposal moved state: executing, tokens=312",
        "token_count=99 payload_hash=9f86d081884c7d659a2feaa0c55ad015",
        "apr_01jq0000000000000000000000 by usr_01jq0000000000000000000000",
        "https://github.com/octocat/hello?page=2&per_page=100",
        "bearer of bad news, basic rules, token expired",
        "risk-free task-0123456789abcdef0",
        "12:30:59 listening on 127.0.0.1:7410",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn long_runs_behind_names_like_key_are_hidden_anywhere() {
    assert_eq!(redact("key=9f86d081884c7d659a2f"), "key=[redacted]");
    assert_eq!(redact("code: SplxlOBeZQQYbYS6WxSbIA"), "code: [redacted]");
}

#[test]
fn headers_json_and_debug_forms_lose_their_credentials() {
    for (text, told) in [
        (
            "authorization: Digest a=b, c=d\nhost: x",
            "authorization: [redacted]\nhost: x",
        ),
        (
            r#"{"access_token":"a\"b","n":1}"#,
            r#"{"access_token":"[redacted]","n":1}"#,
        ),
        (
            r#""{\"refresh_token\": \"abc\"}""#,
            r#""{\"refresh_token\": \"[redacted]\"}""#,
        ),
        (
            r#"Login { password: Some("p"), n: 1 }"#,
            r#"Login { password: Some("[redacted]"), n: 1 }"#,
        ),
        (
            r#"[("cookie", "a=b; c=d")]"#,
            r#"[("cookie", "[redacted]")]"#,
        ),
        ("secret: [1, 2, [3]], n: 1", "secret: [redacted], n: 1"),
        (
            "<client_secret>abc</client_secret>",
            "<client_secret>[redacted]</client_secret>",
        ),
        ("sent Bearer abcdef", "sent Bearer [redacted]"),
        (
            "https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
            "https://api.telegram.org/bot[redacted]/getMe",
        ),
        (
            "at 10.0.0.1:5432 since 1441645532:",
            "at 10.0.0.1:5432 since 1441645532:",
        ),
        (
            "postgres://ana:p@ss@host/db?x=1",
            "postgres://ana:[redacted]@host/db?x=1",
        ),
        (
            "https://ghp_abc@github.com/x",
            "https://[redacted]@github.com/x",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----",
            "[redacted]PRIVATE KEY-----",
        ),
        ("cut -----BEGIN EC PRIVATE KEY-----\nMII", "cut [redacted]"),
    ] {
        assert_eq!(redact(text), told);
    }
}

#[test]
fn addresses_of_people_are_hidden_and_versions_are_not() {
    assert_eq!(redact("to <Ana.Lima+x@mail.example.org>."), "to <[email]>.");
    assert_eq!(redact("?email=ana%40example.org&n=1"), "?email=[email]&n=1");
    assert_eq!(redact("\"ana lima\"@example.org"), "[email]");
    assert_eq!(redact("jürgen@bücher.example"), "[email]");
    assert_eq!(redact("emulate@0.12.2 and a@b"), "emulate@0.12.2 and a@b");
}

/// Every shape in which a secret was found in somebody's log. `{}` is the secret.
const SHAPES: [&str; 36] = [
    "https://host/callback?code={}",
    "https://host/callback?code={}&x=1",
    "https://host/callback?x=1&state={}#y",
    "https://host/#access_token={}",
    "/cb?a=b&amp;code={}",
    "/login?next=%2Fcb%3Fa%3D1%26code%3D{}",
    "grant_type=authorization_code&code={}&redirect_uri=x",
    "https://s3/x?X-Amz-Signature={}",
    "https://host/?sig={}",
    "https://host/?key={}&alt=json",
    "https://user:{}@host/path",
    "https://{}@host/path",
    "token={}",
    "token = {}",
    "token: {}",
    "token => {}",
    "token='{}'",
    r#"token="{}""#,
    r#"{"token":"{}"}"#,
    r#"{"a":{"client_secret" : "{}"}}"#,
    r#"{\"id_token\":\"{}\"}"#,
    r#"{\\\"id_token\\\":\\\"{}\\\"}"#,
    r#"Tokens { access_token: "{}", expires: 3 }"#,
    r#"Tokens { access_token: Some(Text("{}")) }"#,
    r#"("x-api-key", "{}")"#,
    "Authorization: Bearer {}",
    "Authorization: Basic {}",
    "authorization: {}",
    "Cookie: session={}; theme=dark",
    "Set-Cookie: __Host-session={}; Path=/; Secure",
    "X-Api-Key: {}",
    "bearer {}",
    "Bearer%20{}",
    "clientSecret={}",
    "PASSWORD={}",
    "<password>{}</password>",
];

proptest! {
    #[test]
    fn no_shape_lets_a_canary_through(
        canary in "Q[A-Za-z0-9_~-]{10,50}Z",
        shape in prop::sample::select(&SHAPES[..]),
        before in "([a-z ]{0,12}[ \"\\[(])?",
    ) {
        let line = format!("{before}{}", shape.replace("{}", &canary));
        let told = redact(&line).into_owned();
        prop_assert!(!told.contains(&canary), "{line} -> {told}");
    }

    #[test]
    fn our_own_tokens_are_told_by_their_form_alone(
        kind in "cs[ksjlo]_", body in "[0-9a-z]{58}", before in "\\PC{0,10}", after in "\\PC{0,10}",
    ) {
        let line = format!("{before}{kind}{body}{after}");
        prop_assert!(!redact(&line).contains(&body));
    }

    #[test]
    fn no_address_of_a_person_gets_through(
        name in "[a-z][a-z0-9.+_-]{2,20}[a-z]", domain in "[a-z]{2,10}(\\.[a-z]{2,8}){1,2}",
        before in "[a-z ]{0,8}[ <\"(=,]", after in "[ >\"),]?",
    ) {
        let line = format!("{before}{name}@{domain}{after}");
        let told = redact(&line).into_owned();
        prop_assert!(!told.contains(&domain) && !told.contains(&format!("{name}@")), "{told}");
    }

    #[test]
    fn any_text_is_taken_and_a_redacted_one_stays_as_it_is(text in "\\PC{0,200}") {
        let once = redact(&text).into_owned();
        prop_assert_eq!(redact(&once).into_owned(), once.clone());
    }

    #[test]
    fn prose_is_left_alone(text in "([A-Za-z]{1,9}[ ,.] ?){0,20}") {
        // `token` and its like are followed by a separator that prose does not have.
        prop_assert_eq!(redact(&text), text.as_str());
    }
}

#[test]
fn a_hostile_line_takes_linear_time() {
    for piece in [
        "code:",
        "state=\"",
        "a%40",
        "\"@",
        "ask-",
        "://a@",
        "token token ",
        "secret[[[",
        "key=Some(",
    ] {
        let line = piece.repeat(100_000 / piece.len());
        let since = std::time::Instant::now();
        let _ = redact(&line);
        // Quadratic work would take minutes.
        assert!(since.elapsed().as_secs() < 10, "{piece}");
    }
}
