//! Signatures that are not the provider's, not by a way that is taken, or not of what they stand in.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::support::{
    DSIG, EXCLUSIVE, Form, MALLORY, MORE, PROVIDER, around, assertion, by_assertion, by_response,
    changed, code, response, unsigned,
};

fn code_of(change: impl FnOnce(&mut Form)) -> &'static str {
    let mut form = Form::of("_assertion");
    change(&mut form);
    code(&around(&PROVIDER.sign(&assertion(), &form)))
}

#[test]
fn unsigned_and_stripped_responses_are_refused() {
    assert_eq!(code(&around(&unsigned(&assertion()))), "saml.unsigned");
    for xml in [by_assertion(), by_response()] {
        let (before, rest) = xml.split_once("<ds:Signature ").unwrap();
        let (_, after) = rest.split_once("</ds:Signature>").unwrap();
        assert_eq!(code(&format!("{before}{after}")), "saml.unsigned");
        let renamed = xml.replace("ds:SignatureValue>", "ds:Value>");
        assert_eq!(code(&renamed), "saml.signature_form");
        for (from, to, why) in [
            (
                "<ds:SignatureValue>",
                "<ds:SignatureValue></ds:SignatureValue><ds:SignatureValue>",
                "saml.signature_form",
            ),
            ("<ds:Signature ", "<ds:Signature Id=\"_s\" ", "accepted"),
            (
                "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
                "xmlns:ds=\"urn:x\"",
                "saml.malformed",
            ),
        ] {
            let code = code(&changed(&xml, from, to));
            // In an assertion the signature's element is unknown; in a response too.
            let expected = if why == "saml.malformed" && xml == by_assertion() {
                "saml.unsigned"
            } else {
                why
            };
            assert_eq!(code, expected, "{from} -> {to}");
        }
    }
}

#[test]
fn a_key_that_comes_with_the_message_is_no_key() {
    let der = BASE64_STANDARD.encode(MALLORY.certificate.der());
    let mut form = Form::of("_assertion");
    form.rest = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    );
    let xml = around(&MALLORY.sign(&assertion(), &form));
    assert_eq!(code(&xml), "saml.signature_value");
    // With the provider's own certificate in it, neither.
    let xml = xml.replace(&der, &BASE64_STANDARD.encode(PROVIDER.certificate.der()));
    assert_eq!(code(&xml), "saml.signature_value");
    let whole = MALLORY.sign(&response(&unsigned(&assertion())), &Form::of("_response"));
    assert_eq!(code(&whole), "saml.signature_value");
    // And a response by somebody else around an assertion that the provider did sign.
    let signed = PROVIDER.sign(&assertion(), &Form::of("_assertion"));
    let xml = MALLORY.sign(&response(&signed), &Form::of("_response"));
    assert_eq!(code(&xml), "saml.signature_value");
}

#[test]
fn algorithms_that_are_not_on_the_list_are_refused() {
    let certificate = PROVIDER.certificate.der();
    for algorithm in [
        format!("{DSIG}rsa-sha1"),
        format!("{DSIG}dsa-sha1"),
        format!("{DSIG}hmac-sha1"),
        format!("{MORE}hmac-sha256"),
        format!("{MORE}rsa-md5"),
        format!("{MORE}ecdsa-sha1"),
        format!("{MORE}RSA-SHA256"),
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1".to_owned(),
        "none".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            code_of(|form| form.algorithm.clone_from(&algorithm)),
            "saml.signature_algorithm",
            "{algorithm}"
        );
    }
    // The certificate as a shared secret.
    let key = hmac::Key::new(hmac::HMAC_SHA256, certificate);
    let value = hmac::sign(&key, b"anything").as_ref().to_vec();
    for algorithm in ["hmac-sha256", "rsa-sha256", "ecdsa-sha256"] {
        let code = code_of(|form| {
            form.algorithm = format!("{MORE}{algorithm}");
            form.value = Some(value.clone());
        });
        assert!(code.starts_with("saml.signature_"), "{algorithm}: {code}");
    }
    for digest in [format!("{DSIG}sha1"), format!("{MORE}md5"), String::new()] {
        assert_eq!(
            code_of(|form| form.digest.clone_from(&digest)),
            "saml.signature_algorithm",
            "{digest}"
        );
    }
    for value in [vec![], vec![0; 256], vec![0xff; 256], vec![1; 64]] {
        assert_eq!(
            code_of(|form| form.value = Some(value)),
            "saml.signature_value"
        );
    }
}

#[test]
fn two_steps_and_no_other_transform_what_is_signed() {
    let enveloped = format!("{DSIG}enveloped-signature");
    let exclusive = EXCLUSIVE.to_owned();
    let filter = "http://www.w3.org/TR/1999/REC-xpath-19991116".to_owned();
    let style = "http://www.w3.org/TR/1999/REC-xslt-19991116".to_owned();
    for transforms in [
        vec![],
        vec![enveloped.clone()],
        vec![exclusive.clone()],
        vec![exclusive.clone(), enveloped.clone()],
        vec![enveloped.clone(), exclusive.clone(), exclusive.clone()],
        vec![enveloped.clone(), format!("{exclusive}WithComments")],
        vec![
            enveloped.clone(),
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315".to_owned(),
        ],
        vec![
            enveloped.clone(),
            format!("{filter}><ds:XPath>not(ancestor-or-self::x)</ds:XPath>"),
        ],
        vec![enveloped.clone(), exclusive.clone(), filter],
        vec![
            enveloped.clone(),
            format!(
                "{style}><xsl:stylesheet xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"></xsl:stylesheet>"
            ),
        ],
        vec![enveloped.clone(), format!("{DSIG}base64")],
        vec![
            format!("{enveloped}><ds:XPath></ds:XPath>"),
            exclusive.clone(),
        ],
        vec![
            enveloped.clone(),
            format!("{exclusive}><ds:XPath></ds:XPath>"),
        ],
    ] {
        assert_eq!(
            code_of(|form| form.transforms.clone_from(&transforms)),
            "saml.signature_transform",
            "{transforms:?}"
        );
    }
    for method in [
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315".to_owned(),
        format!("{EXCLUSIVE}WithComments"),
        String::new(),
    ] {
        assert_eq!(
            code_of(|form| form.method.clone_from(&method)),
            "saml.signature_transform",
            "{method}"
        );
    }
}

#[test]
fn a_signature_is_of_the_element_that_it_stands_in() {
    for uri in [
        "",
        "#",
        "#_response",
        "#_other",
        "_assertion",
        "#xpointer(/)",
        "#xpointer(id('_assertion'))",
        "https://idp.example/#_assertion",
        "file:///etc/passwd",
        "##_assertion",
        "#_assertion ",
    ] {
        assert_eq!(
            code_of(|form| uri.clone_into(&mut form.uri)),
            "saml.signature_reference",
            "{uri}"
        );
    }
    let second = format!(
        "<ds:Reference URI=\"#_response\"><ds:Transforms></ds:Transforms><ds:DigestMethod Algorithm=\"{DSIG}sha256\">\
         </ds:DigestMethod><ds:DigestValue></ds:DigestValue></ds:Reference>"
    );
    assert_eq!(code_of(|form| form.more = second), "saml.signature_form");
    let object = "<ds:Object><x></x></ds:Object>";
    assert_eq!(
        code_of(|form| form.rest = object.to_owned()),
        "saml.signature_form"
    );
    let information = "<ds:KeyInfo></ds:KeyInfo>";
    assert_eq!(
        code_of(|form| form.rest = information.to_owned()),
        "accepted"
    );
    assert_eq!(
        code_of(|form| form.rest = information.repeat(2)),
        "saml.signature_form"
    );

    // An element without an ID is named by no reference.
    let nameless = changed(&assertion(), " ID=\"_assertion\"", "");
    assert_eq!(
        code(&around(&PROVIDER.sign(&nameless, &Form::of("")))),
        "saml.signature_reference"
    );
    let empty = changed(&assertion(), "\"_assertion\"", "\"\"");
    assert_eq!(
        code(&around(&PROVIDER.sign(&empty, &Form::of("")))),
        "saml.signature_reference"
    );
    // By another spelling, nor.
    let other = changed(&assertion(), " ID=\"_assertion\"", " Id=\"_assertion\"");
    assert_eq!(
        code(&around(&PROVIDER.sign(&other, &Form::of("_assertion")))),
        "saml.signature_reference"
    );
}

#[test]
fn nothing_else_that_the_provider_signs_signs_anybody_in() {
    // A signed assertion that is not for us is one of another service's: see the claims. Another kind of message is none.
    for (from, to) in [
        ("samlp:Response", "samlp:LogoutResponse"),
        ("samlp:Response", "samlp:ArtifactResponse"),
    ] {
        let whole = response(&unsigned(&assertion())).replace(from, to);
        assert_eq!(
            code(&PROVIDER.sign(&whole, &Form::of("_response"))),
            "saml.malformed"
        );
    }
    let bare = PROVIDER.sign(&assertion(), &Form::of("_assertion"));
    assert_eq!(code(&bare), "saml.malformed");
}
