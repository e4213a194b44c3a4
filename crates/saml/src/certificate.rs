use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::signature::SignatureAlgorithm;

/// Longer than any certificate, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// What aws-lc takes, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A provider's certificate, of which the public key counts and nothing else: who signed it and when it ends is a
/// matter of whoever configured it (SAMLMetadataIOP 2.6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    kind: KeyKind,
    key: Vec<u8>,
    subject: String,
    ends: OffsetDateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    Rsa,
    P256,
    P384,
}

/// Why a certificate is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No X.509 certificate.
    #[error("it is no X.509 certificate")]
    Malformed,
    /// Not RSA, P-256 or P-384.
    #[error("its key is neither RSA nor of the curves P-256 and P-384")]
    Kind,
    /// An RSA key of fewer bits than 2048, or more than 8192.
    #[error("its RSA key has fewer bits than 2048, or more than 8192")]
    Size,
}

impl CertificateError {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "saml.certificate_malformed",
            Self::Kind => "saml.certificate_kind",
            Self::Size => "saml.certificate_size",
        }
    }
}

impl Certificate {
    /// Reads its binary form (DER).
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > MAX_BYTES {
            return Err(CertificateError::Malformed);
        }
        let (rest, read) =
            X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        if !rest.is_empty() {
            return Err(CertificateError::Malformed);
        }
        Ok(Self {
            der: der.to_vec(),
            kind: kind(read.public_key())?,
            key: read.public_key().raw.to_vec(),
            subject: read.subject().to_string(),
            ends: read.validity().not_after.to_datetime(),
        })
    }

    /// Reads what somebody pasted: PEM, or its base64 alone, as it stands in metadata.
    pub fn from_text(text: &str) -> Result<Self, CertificateError> {
        let body: String = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .flat_map(|line| line.split_ascii_whitespace())
            .collect();
        let der = BASE64_STANDARD
            .decode(body)
            .map_err(|_| CertificateError::Malformed)?;
        Self::from_der(&der)
    }

    /// Its binary form.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whom it names.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When it ends. Nothing here refuses it afterwards.
    pub const fn ends(&self) -> OffsetDateTime {
        self.ends
    }

    /// Whether its key signed `message` by that algorithm, which has to be one for keys of its kind.
    pub(crate) fn signed(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let verifier: &'static dyn VerificationAlgorithm = match (self.kind, algorithm) {
            (KeyKind::Rsa, SignatureAlgorithm::RsaSha256) => &RSA_PKCS1_2048_8192_SHA256,
            (KeyKind::Rsa, SignatureAlgorithm::RsaSha384) => &RSA_PKCS1_2048_8192_SHA384,
            (KeyKind::Rsa, SignatureAlgorithm::RsaSha512) => &RSA_PKCS1_2048_8192_SHA512,
            (KeyKind::P256, SignatureAlgorithm::EcdsaSha256) => &ECDSA_P256_SHA256_FIXED,
            (KeyKind::P384, SignatureAlgorithm::EcdsaSha384) => &ECDSA_P384_SHA384_FIXED,
            _ => return false,
        };
        UnparsedPublicKey::new(verifier, &self.key)
            .verify(message, signature)
            .is_ok()
    }
}

fn kind(key: &SubjectPublicKeyInfo<'_>) -> Result<KeyKind, CertificateError> {
    let algorithm = &key.algorithm;
    if algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        let Ok(PublicKey::RSA(rsa)) = key.parsed() else {
            return Err(CertificateError::Malformed);
        };
        // Leading zeros of the integer are no bits of the modulus.
        let modulus = rsa.modulus.iter().skip_while(|byte| **byte == 0);
        return if RSA_BITS.contains(&(modulus.count() * 8)) {
            Ok(KeyKind::Rsa)
        } else {
            Err(CertificateError::Size)
        };
    }
    if algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return Err(CertificateError::Kind);
    }
    let curve = algorithm
        .parameters
        .as_ref()
        .and_then(|it| it.as_oid().ok());
    match curve {
        Some(curve) if curve == OID_EC_P256 => Ok(KeyKind::P256),
        Some(curve) if curve == OID_NIST_EC_P384 => Ok(KeyKind::P384),
        _ => Err(CertificateError::Kind),
    }
}
