use crypto::digest::sha256;
use db::{Error, WriteTx};
use kernel::{AuditEntry, ProviderId};
use saml::{Certificate, CertificateError};
use time::OffsetDateTime;

use crate::store;

/// A certificate whose key a provider of SAML signs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCertificate {
    /// SHA-256 of its binary form, in hexadecimal.
    pub fingerprint: String,
    /// Whom it names.
    pub subject: String,
    /// When it ends. It counts until it is taken away (SAMLMetadataIOP 2.6.1).
    pub ends: OffsetDateTime,
}

/// Why the certificates of a provider stayed as they were.
#[derive(Debug, thiserror::Error)]
pub enum ChangeCertificateError {
    /// There is no such provider, or no such certificate.
    #[error("there is no such certificate")]
    Gone,
    /// What was given is of no use.
    #[error("the certificate is of no use: {0}")]
    Wrong(#[from] CertificateError),
    /// It is there.
    #[error("the provider has this certificate already")]
    There,
    /// There are four.
    #[error("a provider has four certificates at most: take an old one away first")]
    Many,
    /// It is the only one.
    #[error("this is the only certificate: add the next one before you take it away")]
    Last,
    /// The database failed.
    #[error("the certificates could not be changed")]
    Database(#[from] Error),
}

impl ProviderCertificate {
    /// One as it is stored; nothing where it cannot be read any more.
    pub(crate) fn of(der: &[u8]) -> Option<Self> {
        let read = Certificate::from_der(der).ok()?;
        Some(Self {
            fingerprint: hex::encode(sha256(der)),
            subject: read.subject().to_owned(),
            ends: read.ends(),
        })
    }
}

/// Adds a certificate to those of a provider: PEM, or its base64.
pub async fn add_certificate(
    mut tx: WriteTx,
    id: ProviderId,
    text: &str,
) -> Result<(), ChangeCertificateError> {
    let certificate = Certificate::from_text(text)?;
    let verdict = store::sign_on::add_certificate(&mut tx, id, certificate.der()).await?;
    let fingerprint = hex::encode(sha256(certificate.der()));
    let entry = AuditEntry::about("identity.certificate_added", id);
    end(tx, &verdict, entry.with("sha256", fingerprint)).await
}

/// Takes a certificate from a provider, by its fingerprint. What it signs from now on counts no more; sessions go on.
pub async fn remove_certificate(
    mut tx: WriteTx,
    id: ProviderId,
    fingerprint: &str,
) -> Result<(), ChangeCertificateError> {
    let bytes = hex::decode(fingerprint).map_err(|_| ChangeCertificateError::Gone)?;
    let verdict = store::sign_on::remove_certificate(&mut tx, id, &bytes).await?;
    let entry = AuditEntry::about("identity.certificate_removed", id);
    end(tx, &verdict, entry.with("sha256", fingerprint)).await
}

/// Commits what the database says was changed.
async fn end(tx: WriteTx, verdict: &str, entry: AuditEntry) -> Result<(), ChangeCertificateError> {
    match verdict {
        "added" | "removed" => Ok(tx.commit(entry).await?),
        "there" => Err(ChangeCertificateError::There),
        "many" => Err(ChangeCertificateError::Many),
        "last" => Err(ChangeCertificateError::Last),
        _ => Err(ChangeCertificateError::Gone),
    }
}
