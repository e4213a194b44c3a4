use std::sync::Arc;

use manifest::Origin;
use rustls::pki_types::CertificateDer;

use super::client::{Clients, SetUpError};
use super::lookup::Lookup;
use super::policy::{EgressPolicy, HostPort};
use super::sockets::SocketCount;

/// The clients of a service that the operator named, and of no other host. By being named it may have a private
/// address; what nobody may reach (the metadata service of a cloud) stays out of reach. The certificate is one that
/// the system's authorities vouch for, or one of `authorities`.
pub(super) fn named(
    origin: &Origin,
    authorities: Vec<CertificateDer<'static>>,
    lookup: Arc<dyn Lookup>,
) -> Result<Clients, SetUpError> {
    let policy = EgressPolicy {
        private: [HostPort::of(origin)].into(),
        extra_roots: authorities,
        ..EgressPolicy::default()
    };
    Clients::new(Arc::new(policy), lookup, Arc::new(SocketCount::default()))
}
