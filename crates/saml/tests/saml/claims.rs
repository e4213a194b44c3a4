//! Responses that the provider did sign, and which are not for here and now.

use crate::support::{
    ACS, Form, IDP, PROVIDER, REQUEST, SP, around, assertion, by_assertion, by_response, changed,
    code, judge, response, unsigned,
};

/// Signed after the change, so that nothing but the change is wrong.
fn code_with(from: &str, to: &str) -> &'static str {
    let xml = changed(&assertion(), from, to);
    code(&around(&PROVIDER.sign(&xml, &Form::of("_assertion"))))
}

/// The same for what the response itself says.
fn code_with_response(from: &str, to: &str) -> &'static str {
    let xml = changed(&response(&unsigned(&assertion())), from, to);
    code(&PROVIDER.sign(&xml, &Form::of("_response")))
}

#[test]
fn an_assertion_for_somewhere_or_somebody_else_is_refused() {
    let name_id = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice</saml:NameID>";
    let restriction = format!(
        "<saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction>"
    );
    let other_restriction = restriction.replace(SP, "https://other.example");
    let two = format!("{restriction}{other_restriction}");
    let unknown = format!("{restriction}<saml:Condition></saml:Condition>");
    let in_response_to = format!(" InResponseTo=\"{REQUEST}\"");
    let recipient = format!(" Recipient=\"{ACS}\"");
    for (from, to, why) in [
        (IDP, "https://other.example/metadata", "saml.issuer"),
        (IDP, "", "saml.issuer"),
        (&format!("{IDP}</"), &format!("{IDP} </"), "saml.issuer"),
        (
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:x\">",
            "saml.issuer",
        ),
        (SP, "https://other.example", "saml.audience"),
        (SP, &format!("{SP}/"), "saml.audience"),
        (&restriction, "", "saml.audience"),
        (&restriction, &two, "saml.audience"),
        (&restriction, &unknown, "saml.condition"),
        (ACS, "https://other.example/acs", "saml.destination"),
        (&recipient, "", "saml.destination"),
        (REQUEST, "_request-2", "saml.in_response_to"),
        (&in_response_to, "", "saml.in_response_to"),
        ("cm:bearer", "cm:holder-of-key", "saml.confirmation"),
        (
            " NotOnOrAfter=\"2026-11-22T17:05:00Z\"",
            "",
            "saml.confirmation",
        ),
        ("Version=\"2.0\"", "Version=\"1.1\"", "saml.malformed"),
        (name_id, "", "saml.name"),
        (name_id, &name_id.repeat(2), "saml.name"),
        (">alice<", "><", "saml.name"),
        (">alice<", "> alice<", "saml.name"),
        (">alice<", ">ali&#xD;ce<", "saml.name"),
        (">alice<", "><saml:b></saml:b>alice<", "saml.name"),
        (":persistent", ":transient", "saml.transient"),
        (
            "<saml:AttributeStatement>",
            "<saml:AuthzDecisionStatement></saml:AuthzDecisionStatement><saml:AttributeStatement>",
            "saml.malformed",
        ),
    ] {
        assert_eq!(code_with(from, to), why, "{from} -> {to}");
    }
    let long = |length: usize| code_with(">alice<", &format!(">{}<", "é".repeat(length)));
    assert_eq!((long(255), long(256)), ("accepted", "saml.name"));
}

#[test]
fn times_hold_within_a_minute_of_skew() {
    for (from, to, why) in [
        (
            "17:05:00Z\" Recipient",
            "16:59:00Z\" Recipient",
            "saml.expired",
        ),
        ("17:05:00Z\" Recipient", "16:59:01Z\" Recipient", "accepted"),
        (
            "17:05:01Z\"><saml:Aud",
            "16:59:00Z\"><saml:Aud",
            "saml.expired",
        ),
        ("16:59:00Z\" NotOn", "17:01:01Z\" NotOn", "saml.early"),
        ("16:59:00Z\" NotOn", "17:01:00Z\" NotOn", "accepted"),
        ("16:59:59Z", "17:01:01Z", "saml.early"),
        (
            "AuthnInstant=\"2026-11-22T16:58",
            "AuthnInstant=\"2026-11-22T17:02",
            "saml.early",
        ),
        (
            " SessionIndex=\"s1\"",
            " SessionIndex=\"s1\" SessionNotOnOrAfter=\"2026-11-22T16:59:00Z\"",
            "saml.expired",
        ),
        (
            "16:59:00Z\" NotOn",
            "16:59:00+00:00\" NotOn",
            "saml.malformed",
        ),
        (
            "17:05:00Z\" Recipient",
            "never\" Recipient",
            "saml.malformed",
        ),
        (
            " AuthnInstant=\"2026-11-22T16:58:00Z\"",
            "",
            "saml.authentication",
        ),
    ] {
        assert_eq!(code_with(from, to), why, "{from} -> {to}");
    }
    let statement = assertion();
    let (_, statement) = statement.split_once("<saml:AuthnStatement").unwrap();
    let (statement, _) = statement.split_once("</saml:AuthnStatement>").unwrap();
    let statement = format!("<saml:AuthnStatement{statement}</saml:AuthnStatement>");
    assert_eq!(code_with(&statement, ""), "saml.authentication");
    assert_eq!(
        code_with(&statement, &statement.repeat(2)),
        "saml.authentication"
    );
}

#[test]
fn a_response_for_somewhere_else_is_refused_signed_or_not() {
    let destination = format!(" Destination=\"{ACS}\"");
    for (from, to, why) in [
        (ACS, "https://other.example/acs", "saml.destination"),
        (REQUEST, "_request-2", "saml.in_response_to"),
        (
            &format!(" InResponseTo=\"{REQUEST}\""),
            "",
            "saml.in_response_to",
        ),
        (IDP, "https://other.example/metadata", "saml.issuer"),
        ("Version=\"2.0\"", "Version=\"1.1\"", "saml.malformed"),
        ("16:59:59Z", "17:01:01Z", "saml.early"),
        ("status:Success", "status:Responder", "saml.status"),
    ] {
        assert_eq!(code_with_response(from, to), why, "{from} -> {to}, signed");
        let around = changed(&by_assertion(), from, to);
        assert_eq!(code(&around), why, "{from} -> {to}, not signed");
    }
    let another = by_assertion().replace("samlp:Status>", "samlp:Other>");
    assert_eq!(code(&another), "saml.malformed");
    // SAMLBindings 3.5.5.2.
    assert_eq!(code_with_response(&destination, ""), "saml.destination");
    assert_eq!(
        code(&changed(&by_assertion(), &destination, "")),
        "accepted"
    );
}

#[test]
fn one_confirmation_that_holds_is_enough() {
    let xml = assertion();
    let (_, confirmation) = xml.split_once("<saml:SubjectConfirmation ").unwrap();
    let (confirmation, _) = confirmation.split_once("</saml:Subject>").unwrap();
    let good = format!("<saml:SubjectConfirmation {confirmation}");
    let bad = good.replace(ACS, "https://other.example/acs");
    assert_eq!(code_with(&good, &format!("{bad}{good}")), "accepted");
    assert_eq!(code_with(&good, &bad.repeat(2)), "saml.destination");
}

#[test]
fn an_answer_to_one_request_answers_no_other() {
    // Replay: the request is used up by its first answer; for any other the same response is of another sign-in.
    assert!(judge(&by_assertion()).is_ok());
    let later = crate::support::expected(std::slice::from_ref(&PROVIDER.certificate));
    let later = saml::response::Expected {
        request_id: "_request-2",
        ..later
    };
    for xml in [by_assertion(), by_response()] {
        use base64::Engine as _;
        let parameter = base64::prelude::BASE64_STANDARD.encode(xml);
        let refused = saml::response::check(&parameter, &later).unwrap_err();
        assert_eq!(refused.code(), "saml.in_response_to");
    }
}

#[test]
fn encrypted_assertions_and_other_numbers_of_them_than_one_are_refused() {
    let encrypted = "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>";
    let name_id = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice</saml:NameID>";
    for (inside, why) in [
        (encrypted.to_owned(), "saml.encrypted"),
        (unsigned(&assertion()) + encrypted, "saml.encrypted"),
        (
            unsigned(&changed(
                &assertion(),
                name_id,
                "<saml:EncryptedID></saml:EncryptedID>",
            )),
            "saml.encrypted",
        ),
        (String::new(), "saml.assertions"),
        (
            unsigned(&assertion()) + &unsigned(&assertion()).replace("_assertion", "_second"),
            "saml.assertions",
        ),
    ] {
        let xml = PROVIDER.sign(&response(&inside), &Form::of("_response"));
        assert_eq!(code(&xml), why, "{inside}");
    }
}
