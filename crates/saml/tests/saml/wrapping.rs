//! Signature wrapping: the signed part is kept whole, and another one is put where a reader might look. XSW1 to XSW8
//! are the names of Somorovsky and others (On Breaking SAML, 2012); the later ones are of CVE-2024-45409,
//! CVE-2025-25291, CVE-2025-25292, CVE-2025-66567 and CVE-2025-66568.

use crate::support::{
    DSIG, Form, PROVIDER, around, assertion, by_assertion, by_response, changed, code, judge,
    response, unsigned,
};

fn signed_assertion() -> String {
    PROVIDER.sign(&assertion(), &Form::of("_assertion"))
}

/// What the attacker wants to be read: unsigned, of another ID.
fn evil_assertion() -> String {
    unsigned(&assertion())
        .replace("alice", "mallory")
        .replace("_assertion", "_evil")
}

fn evil_response(inside: &str) -> String {
    let shell = unsigned(&response("<!INSIDE>")).replace("_response", "_evil-response");
    shell.replace("<!INSIDE>", &format!("{}{inside}", evil_assertion()))
}

/// The signature element of a signed message, and the message without it.
fn apart(xml: &str) -> (String, String) {
    let (before, rest) = xml.split_once("<ds:Signature ").unwrap();
    let (signature, after) = rest.split_once("</ds:Signature>").unwrap();
    (
        format!("<ds:Signature {signature}</ds:Signature>"),
        format!("{before}{after}"),
    )
}

/// With something more in the signature.
fn holding(signature: &str, inside: &str) -> String {
    changed(
        signature,
        "</ds:Signature>",
        &format!("<ds:Object>{inside}</ds:Object></ds:Signature>"),
    )
}

#[test]
fn no_wrapping_of_a_signed_response_is_read() {
    let (signature, original) = apart(&by_response());
    let evil = evil_response("");
    let with_evil = |place: &str, piece: &str| changed(&evil, place, piece);
    for (name, xml, why) in [
        (
            "XSW1: the original in the signature of a copy",
            with_evil(
                "<samlp:Status>",
                &format!("{}<samlp:Status>", holding(&signature, &original)),
            ),
            "saml.assertions",
        ),
        (
            "XSW2: the original beside a detached signature",
            with_evil(
                "<samlp:Status>",
                &format!("{original}{signature}<samlp:Status>"),
            ),
            "saml.assertions",
        ),
        (
            "the original in Extensions",
            with_evil(
                "<samlp:Status>",
                &format!(
                    "<samlp:Extensions>{}</samlp:Extensions><samlp:Status>",
                    by_response()
                ),
            ),
            "saml.assertions",
        ),
        (
            "the signature moved to another response",
            with_evil("<samlp:Status>", &format!("{signature}<samlp:Status>")),
            "saml.signature_reference",
        ),
        (
            "and that one of the same ID",
            with_evil("<samlp:Status>", &format!("{signature}<samlp:Status>"))
                .replace("_evil-response", "_response"),
            "saml.signature_digest",
        ),
        (
            "a second assertion beside the signed one",
            changed(
                &by_response(),
                "</samlp:Response>",
                &format!("{}</samlp:Response>", evil_assertion()),
            ),
            "saml.assertions",
        ),
        (
            "a response in a response",
            changed(
                &evil_response(""),
                "</samlp:Response>",
                &format!("{}</samlp:Response>", by_response()),
            ),
            "saml.assertions",
        ),
    ] {
        assert_eq!(code(&xml), why, "{name}");
    }
}

#[test]
fn no_wrapping_of_a_signed_assertion_is_read() {
    let signed = signed_assertion();
    let (signature, original) = apart(&signed);
    let evil = evil_assertion();
    let extensions = |inside: &str, rest: &str| {
        changed(
            &around(rest),
            "<samlp:Status>",
            &format!("<samlp:Extensions>{inside}</samlp:Extensions><samlp:Status>"),
        )
    };
    for (name, xml, why) in [
        (
            "XSW3: a copy before it",
            around(&format!("{evil}{signed}")),
            "saml.assertions",
        ),
        (
            "XSW4: within a copy",
            around(&changed(
                &evil,
                "</saml:Assertion>",
                &format!("{signed}</saml:Assertion>"),
            )),
            "saml.assertions",
        ),
        (
            "XSW5: the signature in the copy, the original at the end",
            around(&format!(
                "{}{original}",
                changed(
                    &evil,
                    "<saml:Subject>",
                    &format!("{signature}<saml:Subject>")
                )
            )),
            "saml.assertions",
        ),
        (
            "XSW6: the original within the signature of the copy",
            around(&changed(
                &evil,
                "<saml:Subject>",
                &changed(
                    &signature,
                    "</ds:Signature>",
                    &format!("{original}</ds:Signature><saml:Subject>"),
                ),
            )),
            "saml.assertions",
        ),
        (
            "XSW7: a copy in Extensions",
            extensions(&evil, &signed),
            "saml.assertions",
        ),
        (
            "XSW8: the original in an Object of the copy's signature",
            around(&changed(
                &evil,
                "<saml:Subject>",
                &format!("{}<saml:Subject>", holding(&signature, &original)),
            )),
            "saml.assertions",
        ),
        (
            "the copy in the place, the original in Extensions",
            extensions(&signed, &evil),
            "saml.assertions",
        ),
        (
            "a copy of the same ID",
            around(&format!("{}{signed}", evil.replace("_evil", "_assertion"))),
            "saml.double_id",
        ),
        (
            "a copy in Advice",
            around(&changed(
                &signed,
                "<saml:AuthnStatement",
                &format!("<saml:Advice>{evil}</saml:Advice><saml:AuthnStatement"),
            )),
            "saml.assertions",
        ),
        (
            "the signature moved to the response",
            changed(
                &around(&original),
                "<samlp:Status>",
                &format!("{signature}<samlp:Status>"),
            ),
            "saml.signature_reference",
        ),
        (
            "the signature moved into the subject",
            around(&changed(
                &original,
                "<saml:Subject>",
                &format!("<saml:Subject>{signature}"),
            )),
            "saml.misplaced_signature",
        ),
    ] {
        assert_eq!(code(&xml), why, "{name}");
    }
}

#[test]
fn what_two_readers_may_take_for_different_things_is_refused() {
    let signed = signed_assertion();
    let (signature, original) = apart(&signed);
    let twice = original.replace("alice", "mallory");
    let protocol = "xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
    for (name, xml, why) in [
        (
            "CVE-2025-25291: a document type that shows one reader another document",
            format!(
                "<!DOCTYPE r [<!ENTITY a \"<b\"><!ENTITY c '\">-->{}'>]>{}",
                "",
                by_assertion()
            ),
            "saml.doctype",
        ),
        (
            "CVE-2025-25292: a second signature where a search from anywhere finds it first",
            around(&changed(
                &signed,
                "<saml:Subject>",
                &format!("<saml:Subject>{signature}"),
            )),
            "saml.misplaced_signature",
        ),
        (
            "two signatures beside each other",
            around(&changed(
                &signed,
                "<saml:Subject>",
                &format!("{signature}<saml:Subject>"),
            )),
            "saml.misplaced_signature",
        ),
        (
            "CVE-2024-45409: a digest elsewhere than in the reference",
            around(&changed(
                &twice,
                "<saml:Subject>",
                &changed(
                    &signature,
                    "</ds:Signature>",
                    &format!(
                        "<ds:DigestValue xmlns:ds=\"{DSIG}\">AA==</ds:DigestValue></ds:Signature><saml:Subject>"
                    ),
                ),
            )),
            "saml.signature_form",
        ),
        (
            "CVE-2025-66567: an element whose prefix means something else further in",
            around(&changed(
                &signed,
                "<saml:NameID ",
                "<saml:NameID xmlns:saml=\"urn:x\" ",
            )),
            "saml.signature_digest",
        ),
        (
            "a prefix of ours for another namespace",
            changed(&by_assertion(), protocol, "xmlns:samlp=\"urn:x\""),
            "saml.malformed",
        ),
        (
            "attributes of the same name in two namespaces",
            changed(
                &by_assertion(),
                "ID=\"_response\"",
                "xmlns:x=\"urn:x\" x:ID=\"_assertion\" ID=\"_response\"",
            ),
            "saml.double_id",
        ),
        (
            "the same attribute by two prefixes",
            changed(
                &by_assertion(),
                "ID=\"_resp",
                "xmlns:x=\"urn:x\" xmlns:y=\"urn:x\" x:a=\"\" y:a=\"\" ID=\"_resp",
            ),
            "saml.xml",
        ),
        (
            "CVE-2025-66568: a namespace that cannot be made canonical, so that nothing is digested",
            changed(
                &by_assertion(),
                protocol,
                &format!("{protocol} xmlns:x=\"1\""),
            ),
            "accepted",
        ),
        (
            "and a prefix that is undeclared",
            changed(
                &by_assertion(),
                protocol,
                &format!("{protocol} xmlns:x=\"\""),
            ),
            "saml.xml",
        ),
        (
            "the default namespace twice",
            changed(
                &by_assertion(),
                protocol,
                &format!("{protocol} xmlns=\"urn:x\" xmlns=\"urn:y\""),
            ),
            "saml.xml",
        ),
        (
            "an element of a name like ours, beside",
            changed(
                &by_assertion(),
                "<samlp:Status>",
                "<x:Assertion xmlns:x=\"urn:x\"/><samlp:Status>",
            ),
            "saml.malformed",
        ),
    ] {
        assert_eq!(code(&xml), why, "{name}");
    }
    // What is accepted above says what was signed.
    let odd = changed(
        &by_assertion(),
        protocol,
        &format!("{protocol} xmlns:x=\"1\""),
    );
    assert_eq!(judge(&odd).unwrap().subject.name, "alice");
}

#[test]
fn a_digest_of_nothing_is_of_nothing() {
    let mut form = Form::of("_assertion");
    form.digested = Some(String::new());
    let xml = around(&PROVIDER.sign(&assertion(), &form));
    assert_eq!(code(&xml), "saml.signature_digest");
}
