//! What a mail says once it is bytes.

use manifest::Letter;
use proptest::prelude::*;
use serde_json::json;
use time::macros::datetime;

use super::super::compose::compose;
use super::super::read_back::read_back;

fn letter(subject: &str, text: &str) -> Option<Letter> {
    let body = json!({
        "from": "ada@example.com", "to": ["b@example.com", "c@example.com"], "cc": ["d@example.com"],
        "subject": subject, "text": text, "message_id": "apr_01jq2m5x8e9f0g1h",
    });
    Letter::read(&serde_json::to_vec(&body).unwrap()).ok()
}

fn bytes(letter: &Letter) -> Vec<u8> {
    compose(letter, datetime!(2026-03-02 09:00 UTC)).unwrap()
}

#[test]
fn a_mail_is_sent_like_this() {
    let letter = letter("Übergabe um 9", "Grüße\n.\n.hidden\nFrom here\n\n").unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes(&letter)).unwrap());
    assert_eq!(read_back(&bytes(&letter)), Some(letter));
}

#[test]
fn what_somebody_put_into_the_bytes_is_not_read_back() {
    let letter = letter("Hand-over", "At nine").unwrap();
    let text = String::from_utf8(bytes(&letter)).unwrap();
    assert_eq!(read_back(text.as_bytes()), Some(letter));
    for (from, to) in [
        ("Subject:", "Bcc: eve@evil.example\r\nSubject:"),
        ("Subject:", "Reply-To: eve@evil.example\r\nSubject:"),
        ("Subject:", "Subject: Other\r\nSubject:"),
        ("Subject:", "X-Mailer: x\r\nSubject:"),
        ("To: b@", "To: \"ceo@example.com\" <b@"),
        ("To: b@example.com", "To: Team: b@example.com;"),
        ("text/plain", "text/html"),
        ("At nine", "At\u{a0}nine"),
        ("@example.com>\r\nMIME", "@evil.example>\r\nMIME"),
    ] {
        let bent = text.replacen(from, to, 1);
        assert_ne!(bent, text);
        assert_eq!(read_back(bent.as_bytes()), None, "{bent}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever people approve is what the bytes say, to a reader that did not write them; and no byte of it is one that
    /// a server would have to change.
    #[test]
    fn a_letter_is_read_back_as_it_was_written(
        subject in "[ -~]{1,120}|\\PC{1,120}|(=\\?utf-8\\?q\\?a\\?=| |[a-z:<@,]){1,40}",
        text in "[ -~\n\t]{0,300}|\\PC{0,200}|[.\n=]{0,60}|[ab]{2000,4000}|(From [a-z]{3} \n){1,5}",
    ) {
        if let Some(letter) = letter(&subject, &text) {
            let bytes = bytes(&letter);
            prop_assert!(bytes.is_ascii());
            for line in bytes.split(|byte| *byte == b'\n') {
                prop_assert!(line.len() <= 998);
            }
            prop_assert_eq!(read_back(&bytes), Some(letter));
        }
    }
}
