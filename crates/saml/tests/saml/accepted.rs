use aws_lc_rs::rsa::KeySize;
use time::macros::datetime;

use crate::support::{
    Form, MALLORY, MORE, PROVIDER, Provider, SIGNATURE, around, assertion, by_assertion,
    by_response, changed, judge, judge_by, response,
};

#[test]
fn a_person_is_read_from_a_signed_assertion_or_a_signed_response() {
    let both = PROVIDER.sign(
        &response(&PROVIDER.sign(&assertion(), &Form::of("_assertion"))),
        &Form::of("_response"),
    );
    for xml in [by_assertion(), by_response(), both] {
        let said = judge(&xml).unwrap();
        assert_eq!(said.subject.name, "alice");
        assert!(said.subject.format.ends_with(":persistent"));
        assert_eq!(said.mail.as_deref(), Some("alice@example.com"));
        assert_eq!(said.display_name.as_deref(), Some("Alice & Co"));
        assert_eq!(said.authenticated_at, datetime!(2026-11-22 16:58:00 UTC));
        assert_eq!(said.session_ends, None);
    }
}

#[test]
fn each_algorithm_holds_with_keys_of_its_kind_alone() {
    let rsa = Provider::rsa(KeySize::Rsa3072);
    let [p256, p384] = [Provider::p256(), Provider::p384()];
    let signed = |by: &Provider, algorithm: &str| {
        let mut form = Form::of("_assertion");
        form.algorithm = format!("{MORE}{algorithm}");
        let xml = around(&by.sign(&assertion(), &form));
        judge_by(&xml, std::slice::from_ref(&by.certificate)).is_ok()
    };
    for (by, algorithm) in [
        (&rsa, "rsa-sha256"),
        (&rsa, "rsa-sha384"),
        (&rsa, "rsa-sha512"),
        (&p256, "ecdsa-sha256"),
        (&p384, "ecdsa-sha384"),
    ] {
        assert!(signed(by, algorithm), "{algorithm}");
    }
    for (by, algorithm) in [
        (&rsa, "ecdsa-sha256"),
        (&p256, "rsa-sha256"),
        (&p256, "ecdsa-sha384"),
        (&p384, "ecdsa-sha256"),
    ] {
        assert!(!signed(by, algorithm), "{algorithm}");
    }
}

#[test]
fn any_of_the_providers_keys_will_do_while_it_changes_them() {
    let keys = [MALLORY.certificate.clone(), PROVIDER.certificate.clone()];
    assert!(judge_by(&by_assertion(), &keys).is_ok());
    assert!(judge_by(&by_assertion(), &[]).is_err());
}

#[test]
fn a_message_may_be_laid_out_in_other_ways() {
    let xml = by_assertion();
    let name =
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice<";
    let header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<samlp:Response";
    for (from, to) in [
        ("<samlp:Response", header),
        ("<samlp:Status>", "\r\n  <samlp:Status  >\r\n"),
        (name, &name.replace("persistent\"", "persistent\"\r\n ")),
        (
            name,
            &name.replace('"', "'").replace("='urn", "  =\t'&#117;rn"),
        ),
        (name, &name.replace("alice", "&#97;lic&#x65;")),
        (
            "</samlp:StatusCode>",
            "<samlp:StatusCode Value=\"urn:x\"/></samlp:StatusCode>",
        ),
    ] {
        let said = judge(&changed(&xml, from, to)).unwrap();
        assert_eq!(said.subject.name, "alice", "{to}");
    }
}

#[test]
fn prefixes_that_only_values_use_are_signed_where_the_list_says_so() {
    let xs = "http://www.w3.org/2001/XMLSchema";
    let xsi = "http://www.w3.org/2001/XMLSchema-instance";
    let typed = changed(
        &assertion(),
        "<saml:AttributeValue>alice@",
        &format!("<saml:AttributeValue xmlns:xsi=\"{xsi}\" xsi:type=\"xs:string\">alice@"),
    );
    let mut form = Form::of("_assertion");
    form.transforms[1] = format!(
        "{0}><ec:InclusiveNamespaces xmlns:ec=\"{0}\" PrefixList=\"xs\"></ec:InclusiveNamespaces>",
        form.method
    );
    // As it is digested: the prefix is declared on the element that is signed.
    let declared = changed(
        &typed,
        "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID",
        &format!("xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:xs=\"{xs}\" ID"),
    );
    form.digested = Some(declared.replace(SIGNATURE, ""));
    // As it is sent: further out.
    let xml = around(&PROVIDER.sign(&typed, &form));
    let outer = changed(
        &xml,
        "<samlp:Response ",
        &format!("<samlp:Response xmlns:xs=\"{xs}\" "),
    );
    assert_eq!(
        judge(&outer).unwrap().mail.as_deref(),
        Some("alice@example.com")
    );
    assert!(judge(&xml).is_err());
}

#[test]
fn what_a_provider_does_not_say_is_none() {
    let bare = |from: &str, to: &str| {
        let xml = changed(&assertion(), from, to);
        judge(&around(&PROVIDER.sign(&xml, &Form::of("_assertion")))).unwrap()
    };
    let mail = "<saml:AttributeValue>alice@example.com</saml:AttributeValue>";
    assert_eq!(bare(mail, "").mail, None);
    let second = format!("{mail}{}", mail.replace("alice", "bob"));
    assert_eq!(bare(mail, &second).mail, None);
    assert_eq!(bare("Name=\"mail\"", "Name=\"urn:other\"").mail, None);
    assert_eq!(
        bare(
            "Name=\"mail\"",
            "Name=\"urn:oid:0.9.2342.19200300.100.1.3\""
        )
        .mail
        .unwrap(),
        "alice@example.com"
    );
    let parts = "<saml:Attribute Name=\"givenName\"><saml:AttributeValue>Ada</saml:AttributeValue></saml:Attribute>\
                 <saml:Attribute Name=\"sn\"><saml:AttributeValue>L</saml:AttributeValue></saml:Attribute>\
                 <saml:Attribute Name=\"displayNames\">";
    assert_eq!(
        bare("<saml:Attribute Name=\"displayName\">", parts)
            .display_name
            .unwrap(),
        "Ada L"
    );
    let without_format = bare(
        " Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\"",
        "",
    );
    assert!(without_format.subject.format.ends_with(":unspecified"));
}
