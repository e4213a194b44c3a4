use aws_lc_rs::rsa::KeySize;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, KeyPair};
use saml::metadata::{MetadataError, Provider, ours};
use saml::{Certificate, CertificateError, XmlError};

use crate::support::{ACS, DSIG, IDP, MALLORY, NOW, PROVIDER, SP, changed};

const MD: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

fn key(purpose: &str, certificate: &Certificate) -> String {
    let der = BASE64_STANDARD.encode(certificate.der());
    let lines: Vec<_> = der
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "<md:KeyDescriptor{purpose}><ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>\n{}\n\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        lines.join("\n")
    )
}

fn service(binding: &str, url: &str) -> String {
    format!(
        "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:{binding}\" Location=\"{url}\"/>"
    )
}

/// As providers publish it.
pub(crate) fn metadata() -> String {
    format!(
        "<?xml version=\"1.0\"?><!-- by hand --><md:EntityDescriptor xmlns:md=\"{MD}\" entityID=\"{IDP}\" \
         validUntil=\"2026-12-01T00:00:00Z\"><md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol\">\
         {}{}{}<md:NameIDFormat>urn:x</md:NameIDFormat>{}{}</md:IDPSSODescriptor></md:EntityDescriptor>",
        key(" use=\"signing\"", &PROVIDER.certificate),
        key("", &MALLORY.certificate),
        key(
            " use=\"encryption\"",
            &Certificate::from_der(PROVIDER.certificate.der()).unwrap()
        ),
        service("HTTP-POST", "https://idp.example/post"),
        service("HTTP-Redirect", "https://idp.example/sso?a=b&amp;c=d"),
    )
}

fn read(xml: &str) -> Result<Provider, MetadataError> {
    Provider::from_metadata(xml.as_bytes(), NOW)
}

#[test]
fn a_provider_is_read_from_its_metadata() {
    let provider = read(&metadata()).unwrap();
    assert_eq!(provider.entity_id, IDP);
    assert_eq!(provider.sso_url.as_str(), "https://idp.example/sso?a=b&c=d");
    let mut ders: Vec<_> = provider.certificates.iter().map(Certificate::der).collect();
    let mut both = [PROVIDER.certificate.der(), MALLORY.certificate.der()];
    ders.sort_unstable();
    both.sort_unstable();
    assert_eq!(ders, both);

    // In a list beside services, as federations publish it.
    let (_, entity) = metadata()
        .split_once("-->")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let listed = format!(
        "<md:EntitiesDescriptor xmlns:md=\"{MD}\">{}{entity}</md:EntitiesDescriptor>",
        service_entity()
    );
    assert_eq!(read(&listed).unwrap().entity_id, IDP);
    let two = format!(
        "<md:EntitiesDescriptor xmlns:md=\"{MD}\">{entity}{entity}</md:EntitiesDescriptor>"
    );
    assert_eq!(read(&two), Err(MetadataError::Several));
}

fn service_entity() -> String {
    let ours = ours(SP, ACS);
    let (_, entity) = ours.split_once("?>").unwrap();
    entity.to_owned()
}

#[test]
fn metadata_of_somebody_else_or_without_what_is_needed_is_refused() {
    use MetadataError::{
        Address, Certificate as Bad, EntityId, Expired, NoCertificate, NoMetadata, NoProvider,
        NoRedirect, WantsSigned, Xml,
    };

    let signing = key(" use=\"signing\"", &PROVIDER.certificate);
    let either = key("", &MALLORY.certificate);
    let without_keys = changed(&changed(&metadata(), &signing, ""), &either, "");
    let many: String = (0..5)
        .map(|_| key("", &crate::support::Provider::p256().certificate))
        .collect();
    let url = "https://idp.example/sso?a=b&amp;c=d";
    for (xml, why) in [
        (ours(SP, ACS), NoProvider),
        (
            changed(&metadata(), "SAML:2.0:protocol\"", "SAML:1.0:protocol\""),
            NoProvider,
        ),
        (
            metadata().replace("IDPSSODescriptor", "AttributeAuthorityDescriptor"),
            NoProvider,
        ),
        (
            metadata().replace("SAML:2.0:metadata", "SAML:2.0:other"),
            NoMetadata,
        ),
        ("<html/>".to_owned(), NoMetadata),
        (
            changed(&metadata(), "HTTP-Redirect", "HTTP-Artifact"),
            NoRedirect,
        ),
        (
            changed(
                &metadata(),
                "WantAuthnRequestsSigned=\"false\"",
                "WantAuthnRequestsSigned=\"true\"",
            ),
            WantsSigned,
        ),
        (changed(&metadata(), "2026-12-01", "2026-11-01"), Expired),
        (
            changed(&metadata(), "2026-12-01T00:00:00Z", "whenever"),
            Expired,
        ),
        (changed(&metadata(), IDP, ""), EntityId),
        (changed(&metadata(), IDP, &"x".repeat(501)), EntityId),
        (changed(&metadata(), IDP, " https://idp.example"), EntityId),
        (without_keys.clone(), NoCertificate),
        (
            changed(
                &without_keys,
                "<md:NameIDFormat>",
                &format!("{many}<md:NameIDFormat>"),
            ),
            NoCertificate,
        ),
        (
            changed(
                &metadata(),
                "<ds:X509Certificate>\n",
                "<ds:X509Certificate>\n!",
            ),
            Bad(CertificateError::Malformed),
        ),
        (
            changed(
                &metadata(),
                "<ds:X509Certificate>\n",
                "<ds:X509Certificate>\nAAAA",
            ),
            Bad(CertificateError::Malformed),
        ),
        (changed(&metadata(), url, "javascript:alert(1)"), Address),
        (changed(&metadata(), url, "http://idp.example/sso"), Address),
        (
            changed(&metadata(), url, "http://localhost.example/sso"),
            Address,
        ),
        (
            changed(&metadata(), url, "https://user:word@idp.example/sso"),
            Address,
        ),
        (changed(&metadata(), url, "data:text/html,x"), Address),
        (changed(&metadata(), url, "/sso"), Address),
        (
            changed(&metadata(), "<!-- by hand -->", "<!DOCTYPE x>"),
            Xml(XmlError::Doctype),
        ),
        (
            changed(&metadata(), "<!-- by hand -->", "<!-- by -- hand -->"),
            Xml(XmlError::Malformed),
        ),
        (
            format!("{}{}", metadata(), " ".repeat(262_144)),
            Xml(XmlError::TooLarge),
        ),
        ("<a>".repeat(40_000), Xml(XmlError::TooDeep)),
    ] {
        assert_eq!(read(&xml), Err(why), "{xml}");
        assert!(why.code().starts_with("saml."));
    }
    assert!(read(&changed(&metadata(), url, "http://127.0.0.1:8080/sso")).is_ok());
}

#[test]
fn nothing_packed_is_unpacked() {
    use std::io::Write as _;

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b' '; 100_000_000]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 256 * 1024);
    let read = Provider::from_metadata(&packed, NOW);
    assert_eq!(read, Err(MetadataError::Xml(XmlError::Encoding)));
}

#[test]
fn ours_says_who_we_are_and_where_responses_go() {
    let name = "https://sp.example/?a=1&b=\"<'";
    let xml = ours(name, ACS);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("entityID"), Some(name));
    let service = root
        .descendants()
        .find(|it| it.has_tag_name((MD, "AssertionConsumerService")))
        .unwrap();
    assert_eq!(service.attribute("Location"), Some(ACS));
    assert!(service.attribute("Binding").unwrap().ends_with("HTTP-POST"));
}

#[test]
fn certificates_with_weak_or_other_keys_are_refused() {
    let pem = |algorithm| {
        let pair = KeyPair::generate_for(algorithm).unwrap();
        let params = CertificateParams::new(Vec::new()).unwrap();
        params.self_signed(&pair).unwrap().pem()
    };
    let good = Certificate::from_text(&pem(&rcgen::PKCS_ECDSA_P256_SHA256)).unwrap();
    assert!(good.subject().contains("rcgen") && good.ends() > NOW);
    assert_eq!(
        Certificate::from_text(&pem(&rcgen::PKCS_ED25519)),
        Err(CertificateError::Kind)
    );
    assert_eq!(
        Certificate::from_text(&pem(&rcgen::PKCS_ECDSA_P521_SHA256)),
        Err(CertificateError::Kind)
    );
    for text in ["", "-----BEGIN CERTIFICATE-----", "AAAA", "é"] {
        assert_eq!(
            Certificate::from_text(text),
            Err(CertificateError::Malformed),
            "{text}"
        );
    }
    let mut longer = good.der().to_vec();
    longer.push(0);
    assert_eq!(
        Certificate::from_der(&longer),
        Err(CertificateError::Malformed)
    );
    // openssl req -x509 -newkey rsa:1024
    assert_eq!(
        Certificate::from_text(include_str!("../vectors/rsa-1024.pem")),
        Err(CertificateError::Size)
    );
    assert!(
        Certificate::from_der(
            crate::support::Provider::rsa(KeySize::Rsa4096)
                .certificate
                .der()
        )
        .is_ok()
    );
}
