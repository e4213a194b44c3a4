use saml::Certificate;
use saml::response::{Assertion, Expected, ResponseError, check};
use time::OffsetDateTime;
use time::macros::datetime;
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "identity.sign_on_saml",
    "ID-08",
    "Of a SAML response this binary reads only what a configured key signed: one that another implementation signed is taken, and refused as soon as it is wrapped, changed, cut by a comment, stripped of its signature, or meant for another audience, request, address or time.",
);

/// Signed by xmlsec1: saml/make.sh.
const RESPONSE: &str = include_str!("saml/response.xml");
const CERTIFICATE: &str = include_str!("saml/certificate.pem");
/// The same by the same key, over SHA-1.
const WEAK: &str = include_str!("saml/weak.xml");
const OTHER_CERTIFICATE: &str = include_str!("saml/other.pem");
const NAME: &str = "somebody";
const NOW: OffsetDateTime = datetime!(2026-01-01 00:01 UTC);

#[expect(
    clippy::unused_async,
    reason = "controls are asked alike, and this one waits for nothing"
)]
pub(super) async fn run(_: &Context) -> Found {
    looked(look(read))
}

/// Attacks whatever reads responses.
fn look(read: impl Fn(&str, &Expected<'_>) -> Result<Assertion, ResponseError>) -> Look {
    let certificates = [Certificate::from_text(CERTIFICATE)?];
    let expected = right(&certificates);
    match read(RESPONSE, &expected) {
        Ok(assertion) if assertion.subject.name == NAME => {}
        other => fail!("a response that is right was not read as it stands: {other:?}"),
    }
    let forged = forged()?;
    for (what, response) in &forged {
        if let Ok(assertion) = read(response, &expected) {
            fail!("{what}: taken for {:?}", assertion.subject.name);
        }
    }
    let other = [Certificate::from_text(OTHER_CERTIFICATE)?];
    let elsewhere = elsewhere(expected, &other);
    for (what, expected) in &elsewhere {
        if read(RESPONSE, expected).is_ok() {
            fail!("a response meant for another {what} was taken");
        }
    }
    Ok(Found::Pass(format!(
        "a response signed by xmlsec1 was read; {} forgeries of it and {} places that it was not meant for were refused",
        forged.len(),
        elsewhere.len(),
    )))
}

/// What the response was meant for.
const fn right(certificates: &[Certificate]) -> Expected<'_> {
    Expected {
        request_id: "_request",
        acs_url: "https://server.invalid/acs",
        sp_entity_id: "https://server.invalid",
        idp_entity_id: "https://controls.invalid",
        certificates,
        now: NOW,
    }
}

fn read(response: &str, expected: &Expected<'_>) -> Result<Assertion, ResponseError> {
    use base64::Engine as _;
    check(&base64::prelude::BASE64_STANDARD.encode(response), expected)
}

/// The response with somebody else in it, in the ways that have let people in elsewhere.
fn forged() -> Result<Vec<(&'static str, String)>, String> {
    let (before, rest) = RESPONSE
        .split_once("<saml:Assertion ")
        .ok_or("no assertion")?;
    let (inner, after) = rest.split_once("</saml:Assertion>").ok_or("no end of it")?;
    let signed = format!("<saml:Assertion {inner}</saml:Assertion>");
    let (head, tail) = signed.split_once("<ds:Signature ").ok_or("no signature")?;
    let (signature, tail) = tail.split_once("</ds:Signature>").ok_or("no end of it")?;
    let signature = format!("<ds:Signature {signature}</ds:Signature>");
    let evil = |id: &str| {
        let bare = format!("{head}{tail}").replace(NAME, "admin");
        bare.replace("ID=\"_assertion\"", &format!("ID=\"{id}\""))
    };
    let around = |assertions: &str| format!("{before}{assertions}{after}");
    let hidden = format!("<samlp:Extensions>{signed}</samlp:Extensions>");
    let nested = evil("_evil").replace("<saml:Subject>", &format!("{signed}<saml:Subject>"));
    let object = signature.replace(
        "</ds:Signature>",
        &format!("<ds:Object>{signed}</ds:Object></ds:Signature>"),
    );
    let detached = evil("_evil").replace("<saml:Subject>", &format!("{object}<saml:Subject>"));
    Ok(vec![
        ("another name", RESPONSE.replace(NAME, "admin")),
        (
            "a second assertion in front",
            around(&format!("{}{signed}", evil("_evil"))),
        ),
        (
            "a second assertion behind",
            around(&format!("{signed}{}", evil("_evil"))),
        ),
        (
            "two of one ID",
            around(&format!("{}{signed}", evil("_assertion"))),
        ),
        (
            "the signed one among extensions",
            around(&format!("{hidden}{}", evil("_evil"))),
        ),
        ("the signed one inside of another", around(&nested)),
        ("the signed one inside of the signature", around(&detached)),
        (
            "a comment in the name",
            RESPONSE.replace(NAME, "some<!---->body"),
        ),
        ("no signature", around(&format!("{head}{tail}"))),
        (
            "an entity",
            RESPONSE.replace(
                "<samlp:Response ",
                "<!DOCTYPE x [<!ENTITY e \"admin\">]><samlp:Response ",
            ),
        ),
        ("SHA-1", WEAK.to_owned()),
    ])
}

/// What the response was not meant for.
fn elsewhere<'a>(
    right: Expected<'a>,
    other: &'a [Certificate],
) -> Vec<(&'static str, Expected<'a>)> {
    let late = NOW + time::Duration::hours(1);
    let early = NOW - time::Duration::hours(1);
    vec![
        (
            "request",
            Expected {
                request_id: "_other",
                ..right
            },
        ),
        (
            "address",
            Expected {
                acs_url: "https://other.invalid/acs",
                ..right
            },
        ),
        (
            "audience",
            Expected {
                sp_entity_id: "https://other.invalid",
                ..right
            },
        ),
        (
            "provider's",
            Expected {
                idp_entity_id: "https://other.invalid",
                ..right
            },
        ),
        (
            "key",
            Expected {
                certificates: other,
                ..right
            },
        ),
        ("time: an hour late", Expected { now: late, ..right }),
        (
            "time: an hour early",
            Expected {
                now: early,
                ..right
            },
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forgery_differs_from_what_was_signed() {
        let forged = forged().unwrap();
        assert_eq!(forged.len(), 11);
        for (what, response) in forged {
            assert_ne!(response, RESPONSE, "{what}");
        }
    }

    #[test]
    fn what_is_right_is_read_and_nothing_else() {
        let found = look(read);
        assert!(matches!(found, Ok(Found::Pass(_))), "{found:?}");
    }

    #[track_caller]
    fn falls(
        read: impl Fn(&str, &Expected<'_>) -> Result<Assertion, ResponseError>,
        because: &str,
    ) {
        let found = look(read).unwrap();
        assert!(
            matches!(&found, Found::Fail(why) if why.contains(because)),
            "{found:?}"
        );
    }

    #[test]
    fn it_falls_with_each_forgery_that_is_taken() {
        for (what, forgery) in forged().unwrap() {
            let gullible = |response: &str, expected: &Expected<'_>| {
                read(
                    if response == forgery {
                        RESPONSE
                    } else {
                        response
                    },
                    expected,
                )
            };
            falls(gullible, what);
        }
    }

    #[test]
    fn it_falls_with_each_thing_that_is_not_compared() {
        let certificates = [Certificate::from_text(CERTIFICATE).unwrap()];
        let right = right(&certificates);
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        request_id: right.request_id,
                        ..*e
                    },
                )
            },
            "another request",
        );
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        acs_url: right.acs_url,
                        ..*e
                    },
                )
            },
            "another address",
        );
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        sp_entity_id: right.sp_entity_id,
                        ..*e
                    },
                )
            },
            "another audience",
        );
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        idp_entity_id: right.idp_entity_id,
                        ..*e
                    },
                )
            },
            "another provider's",
        );
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        certificates: right.certificates,
                        ..*e
                    },
                )
            },
            "another key",
        );
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        now: e.now.min(NOW),
                        ..*e
                    },
                )
            },
            "an hour late",
        );
        falls(
            |r, e| {
                read(
                    r,
                    &Expected {
                        now: e.now.max(NOW),
                        ..*e
                    },
                )
            },
            "an hour early",
        );
    }
}
