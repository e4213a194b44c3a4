use std::path::Path;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::TlsFiles;
use super::error::Problem;

/// Checks that both files can be read, are what they should be, and belong together.
pub(super) fn check(files: &TlsFiles) -> Result<(), Problem> {
    let certificate = read(&files.certificate, "tls.certificate")?;
    let key = read(&files.key, "tls.key")?;
    server_config(&certificate, &key)
        .map(drop)
        .map_err(|problem| {
            Problem::new(
                "server.tls_files",
                "tls",
                problem,
                "name a certificate chain and its private key, both in PEM form",
            )
        })
}

/// A TLS configuration of certificate and key in PEM form: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
pub(crate) fn server_config(certificate: &[u8], key: &[u8]) -> Result<ServerConfig, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|_| "the certificate file is not in PEM form".to_owned())?;
    if chain.is_empty() {
        return Err("the certificate file holds no certificate".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| "the key file holds no private key in PEM form".to_owned())?;
    let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn read(path: &Path, key: &'static str) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|error| {
        Problem::new(
            "server.tls_files",
            key,
            format!("{} cannot be read: {error}", path.display()),
            "name a file that this user can read",
        )
    })
}
