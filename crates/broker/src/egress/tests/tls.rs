//! Who is at the other end.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::site::{Reply, Site};
use super::support::{Door, FakeDns, listing};
use crate::egress::{EgressError, EgressPolicy};

const EVENTS: &str = r#"{"events":[],"next_cursor":null}"#;

/// A server with a certificate for `name`, and the authority that signed it.
async fn site(name: &str) -> (Site, CertificateDer<'static>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let tls = TlsAcceptor::from(Arc::new(config));
    let site = Site::start(Reply::json(EVENTS), Some(tls)).await;
    (site, authority.as_ref().der().clone())
}

fn door(site: &Site, extra_roots: Vec<CertificateDer<'static>>) -> Door {
    let listed = format!("tracker.internal:{}", site.port());
    let policy = EgressPolicy {
        extra_roots,
        ..listing(&[&listed])
    };
    let dns = FakeDns::with("tracker.internal", &[&["127.0.0.1"]]);
    Door::tracker(&format!("https://{listed}"), dns, policy)
}

#[tokio::test]
async fn a_certificate_of_a_known_authority_for_this_name_is_accepted() {
    let (site, authority) = site("tracker.internal").await;
    assert!(door(&site, vec![authority]).list().await.is_ok());
    assert_eq!(site.requests().len(), 1);
}

#[tokio::test]
async fn other_certificates_are_refused_before_a_request_is_sent() {
    let (unknown, _) = site("tracker.internal").await;
    assert_eq!(
        door(&unknown, Vec::new()).list().await,
        Err(EgressError::Tls)
    );
    let (wrong, authority) = site("other.internal").await;
    assert_eq!(
        door(&wrong, vec![authority]).list().await,
        Err(EgressError::Tls)
    );
    let plain = Site::always(Reply::json(EVENTS)).await;
    assert_eq!(door(&plain, Vec::new()).list().await, Err(EgressError::Tls));
    for site in [&unknown, &wrong, &plain] {
        assert!(site.requests().is_empty());
    }
}

#[test]
fn an_extra_authority_that_is_none_is_refused_at_the_start() {
    let broken = CertificateDer::from(b"not a certificate".to_vec());
    let policy = EgressPolicy {
        extra_roots: vec![broken],
        ..EgressPolicy::default()
    };
    assert!(crate::egress::Egress::new(policy, Arc::<FakeDns>::default()).is_err());
}
