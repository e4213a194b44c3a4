use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::{SmtpError, plain};

/// No TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetUpError {
    /// The authorities' file.
    #[error("the file holds no certificate in PEM form")]
    NoCertificate,
    /// Below us.
    #[error("TLS cannot be set up")]
    Rustls(#[from] rustls::Error),
}

/// The certificates of a file in PEM form: at least one.
pub fn read_authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsSetUpError> {
    let found: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsSetUpError::NoCertificate)?;
    let mut store = RootCertStore::empty();
    if found.is_empty() || store.add_parsable_certificates(found.clone()).0 == 0 {
        return Err(TlsSetUpError::NoCertificate);
    }
    Ok(found)
}

/// TLS 1.2 and 1.3, with certificates checked by `authorities`, or by the system's where there are
/// none. There is no way to leave the check out.
pub(super) fn connector(
    authorities: &[CertificateDer<'static>],
) -> Result<TlsConnector, TlsSetUpError> {
    let mut roots = RootCertStore::empty();
    if authorities.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    } else {
        roots.add_parsable_certificates(authorities.iter().cloned());
    }
    let config = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Encrypts a connection.
pub(super) async fn encrypt(
    connector: &TlsConnector,
    host: &str,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, SmtpError> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        SmtpError::Tls("the host is no name that a certificate could have".to_owned())
    })?;
    connector
        .connect(name, tcp)
        .await
        .map_err(|error| SmtpError::Tls(plain(&error.to_string())))
}
