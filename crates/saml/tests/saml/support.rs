//! A provider that signs. It writes canonical XML by hand, so that what it digests is what it wrote: no line of the
//! crate under test has a part in making a response.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, SignatureAlgorithm};
use saml::Certificate;
use saml::response::{Assertion, Expected, ResponseError, check};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-22 17:00:00 UTC);
pub(crate) const ACS: &str = "https://sp.example/sign-in/sso/one/acs";
pub(crate) const SP: &str = "https://sp.example/sign-in/sso/one/metadata";
pub(crate) const IDP: &str = "https://idp.example/metadata";
pub(crate) const REQUEST: &str = "_request-1";

/// Where a signature goes.
pub(crate) const SIGNATURE: &str = "<!SIGNATURE>";

pub(crate) enum Keys {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

pub(crate) struct Provider {
    pub(crate) keys: Keys,
    pub(crate) certificate: Certificate,
}

pub(crate) static PROVIDER: LazyLock<Provider> = LazyLock::new(|| Provider::rsa(KeySize::Rsa2048));
/// Somebody with a key of their own.
pub(crate) static MALLORY: LazyLock<Provider> = LazyLock::new(|| Provider::rsa(KeySize::Rsa2048));

impl Provider {
    pub(crate) fn rsa(size: KeySize) -> Self {
        let pair = RsaKeyPair::generate(size).unwrap();
        let der = pair.as_der().unwrap().as_ref().to_vec();
        Self::new(Keys::Rsa(pair), &der, &rcgen::PKCS_RSA_SHA256)
    }

    pub(crate) fn p256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap().as_ref().to_vec();
        Self::new(Keys::P256(pair), &der, &rcgen::PKCS_ECDSA_P256_SHA256)
    }

    pub(crate) fn p384() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap().as_ref().to_vec();
        Self::new(Keys::P384(pair), &der, &rcgen::PKCS_ECDSA_P384_SHA384)
    }

    fn new(keys: Keys, der: &[u8], algorithm: &'static SignatureAlgorithm) -> Self {
        let der = der.to_vec().try_into().unwrap();
        let pair = rcgen::KeyPair::from_der_and_sign_algo(&der, algorithm).unwrap();
        let params = CertificateParams::new(vec!["idp.example".to_owned()]).unwrap();
        let certificate = params.self_signed(&pair).unwrap();
        Self {
            keys,
            certificate: Certificate::from_der(certificate.der()).unwrap(),
        }
    }

    /// Puts a signature of it into an element that is written in its canonical form.
    pub(crate) fn sign(&self, element: &str, form: &Form) -> String {
        let (before, after) = element.split_once(SIGNATURE).unwrap();
        let octets = form.digested.clone().unwrap_or(format!("{before}{after}"));
        let info = form.signed_info(&BASE64_STANDARD.encode(digest(&SHA256, octets.as_bytes())));
        let value = form.value.clone().unwrap_or_else(|| {
            let canonical = info.replacen(
                "<ds:SignedInfo>",
                &format!("<ds:SignedInfo xmlns:ds=\"{DSIG}\">"),
                1,
            );
            self.signature(&form.algorithm, canonical.as_bytes())
        });
        format!(
            "{before}<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{}</ds:SignatureValue>{}\
             </ds:Signature>{after}",
            BASE64_STANDARD.encode(value),
            form.rest
        )
    }

    fn signature(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.keys {
            Keys::Rsa(pair) => {
                let encoding = match algorithm.rsplit('-').next() {
                    Some("sha384") => &RSA_PKCS1_SHA384,
                    Some("sha512") => &RSA_PKCS1_SHA512,
                    _ => &RSA_PKCS1_SHA256,
                };
                let mut value = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut value).unwrap();
                value
            }
            Keys::P256(pair) | Keys::P384(pair) => {
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
        }
    }
}

pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const MORE: &str = "http://www.w3.org/2001/04/xmldsig-more#";
pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// How a signature is written. The good one is the default.
#[derive(Clone)]
pub(crate) struct Form {
    pub(crate) method: String,
    pub(crate) algorithm: String,
    pub(crate) uri: String,
    pub(crate) transforms: Vec<String>,
    pub(crate) digest: String,
    /// A second reference, or anything else in SignedInfo.
    pub(crate) more: String,
    /// What stands in the signature after its value.
    pub(crate) rest: String,
    /// Digested instead of the element.
    pub(crate) digested: Option<String>,
    /// Instead of a signature by the key.
    pub(crate) value: Option<Vec<u8>>,
}

impl Form {
    pub(crate) fn of(id: &str) -> Self {
        Self {
            method: EXCLUSIVE.to_owned(),
            algorithm: format!("{MORE}rsa-sha256"),
            uri: format!("#{id}"),
            transforms: vec![format!("{DSIG}enveloped-signature"), EXCLUSIVE.to_owned()],
            digest: "http://www.w3.org/2001/04/xmlenc#sha256".to_owned(),
            more: String::new(),
            rest: String::new(),
            digested: None,
            value: None,
        }
    }

    fn signed_info(&self, digest: &str) -> String {
        let Self {
            method,
            algorithm,
            uri,
            more,
            ..
        } = self;
        let transforms: String = self
            .transforms
            .iter()
            .map(|it| match it.split_once('>') {
                // With something in it: `algorithm>inside`.
                Some((it, inside)) => {
                    format!("<ds:Transform Algorithm=\"{it}\">{inside}</ds:Transform>")
                }
                None => format!("<ds:Transform Algorithm=\"{it}\"></ds:Transform>"),
            })
            .collect();
        format!(
            "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{method}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{algorithm}\"></ds:SignatureMethod><ds:Reference URI=\"{uri}\">\
             <ds:Transforms>{transforms}</ds:Transforms><ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
             <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>{more}</ds:SignedInfo>",
            self.digest
        )
    }
}

/// An assertion in its canonical form, not yet signed.
pub(crate) fn assertion() -> String {
    format!(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_assertion\" \
         IssueInstant=\"2026-11-22T16:59:59Z\" Version=\"2.0\"><saml:Issuer>{IDP}</saml:Issuer>{SIGNATURE}\
         <saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">alice</saml:NameID>\
         <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
         <saml:SubjectConfirmationData InResponseTo=\"{REQUEST}\" NotOnOrAfter=\"2026-11-22T17:05:00Z\" \
         Recipient=\"{ACS}\"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"2026-11-22T16:59:00Z\" NotOnOrAfter=\"2026-11-22T17:05:01Z\">\
         <saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"2026-11-22T16:58:00Z\" SessionIndex=\"s1\"><saml:AuthnContext>\
         <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>\
         </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>\
         <saml:Attribute Name=\"mail\"><saml:AttributeValue>alice@example.com</saml:AttributeValue></saml:Attribute>\
         <saml:Attribute Name=\"displayName\"><saml:AttributeValue>Alice &amp; Co</saml:AttributeValue></saml:Attribute>\
         <saml:Attribute Name=\"groups\"><saml:AttributeValue>staff</saml:AttributeValue>\
         <saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    )
}

/// A response around an assertion, in its canonical form, not yet signed.
pub(crate) fn response(assertion: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{ACS}\" ID=\"_response\" \
         InResponseTo=\"{REQUEST}\" IssueInstant=\"2026-11-22T16:59:59Z\" Version=\"2.0\">\
         <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{IDP}</saml:Issuer>{SIGNATURE}\
         <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>\
         </samlp:Status>{assertion}</samlp:Response>"
    )
}

pub(crate) fn unsigned(element: &str) -> String {
    element.replacen(SIGNATURE, "", 1)
}

/// A good response with a signed assertion.
pub(crate) fn by_assertion() -> String {
    around(&PROVIDER.sign(&assertion(), &Form::of("_assertion")))
}

/// A good response that is signed itself.
pub(crate) fn by_response() -> String {
    let whole = response(&unsigned(&assertion()));
    PROVIDER.sign(&whole, &Form::of("_response"))
}

/// An unsigned response around what is signed already.
pub(crate) fn around(assertion: &str) -> String {
    unsigned(&response(assertion))
}

pub(crate) fn judge(xml: &str) -> Result<Assertion, ResponseError> {
    judge_by(xml, std::slice::from_ref(&PROVIDER.certificate))
}

pub(crate) fn judge_by(xml: &str, keys: &[Certificate]) -> Result<Assertion, ResponseError> {
    check(&BASE64_STANDARD.encode(xml), &expected(keys))
}

pub(crate) const fn expected(certificates: &[Certificate]) -> Expected<'_> {
    Expected {
        request_id: REQUEST,
        acs_url: ACS,
        sp_entity_id: SP,
        idp_entity_id: IDP,
        certificates,
        now: NOW,
    }
}

/// What it is refused with.
pub(crate) fn code(xml: &str) -> &'static str {
    match judge(xml) {
        Ok(_) => "accepted",
        Err(error) => error.code(),
    }
}

/// Replaces the first that is there.
pub(crate) fn changed(xml: &str, from: &str, to: &str) -> String {
    assert!(xml.contains(from), "{from} is not in {xml}");
    xml.replacen(from, to, 1)
}
