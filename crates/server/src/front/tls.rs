use std::sync::Arc;

use axum_server::tls_rustls::RustlsConfig;

use crate::config::server_config;
use crate::exit::{Exit, Failure};
use crate::process::TlsPem;

/// What the listener speaks TLS with.
pub(super) fn acceptor(pem: &TlsPem) -> Result<RustlsConfig, Failure> {
    let config = server_config(pem.certificate.as_bytes(), pem.key.expose().as_bytes()).map_err(
        |problem| Failure {
            exit: Exit::Usage,
            chain: vec![problem],
        },
    )?;
    Ok(RustlsConfig::from_config(Arc::new(config)))
}
