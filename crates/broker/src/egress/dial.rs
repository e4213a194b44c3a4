use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpStream;

use super::address::{Reach, reach};
use super::lookup::Lookup;

/// Opens plain connections to hosts that the operator named: the mail server of the configuration.
/// By being named, a host may be a private address; what nobody may reach (link-local, multicast, the
/// metadata service of a cloud) stays out of reach.
#[derive(Clone)]
pub struct NamedHost {
    host: String,
    port: u16,
    lookup: Arc<dyn Lookup>,
}

impl NamedHost {
    /// The way to exactly this host and port.
    pub fn new(host: &str, port: u16, lookup: Arc<dyn Lookup>) -> Self {
        Self {
            host: host.to_owned(),
            port,
            lookup,
        }
    }

    /// Connects to an address that was just checked: there is no second look-up.
    pub async fn connect(&self) -> io::Result<TcpStream> {
        let addresses = match self.host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => self.lookup.lookup(self.host.clone()).await?,
        };
        // One bad address spoils all, as for apps.
        if addresses.is_empty()
            || addresses
                .iter()
                .any(|address| reach(*address) == Reach::Never)
        {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "the host has no address that may be reached",
            ));
        }
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(SocketAddr::new(address, self.port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::ErrorKind::NotFound.into()))
    }
}

impl std::fmt::Debug for NamedHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NamedHost({}:{})", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::LookingUp;

    struct Says(Vec<IpAddr>);

    impl Lookup for Says {
        fn lookup(&self, _: String) -> LookingUp {
            let found = self.0.clone();
            Box::pin(async move { Ok(found) })
        }
    }

    async fn kind(host: &str, found: &[&str]) -> io::ErrorKind {
        let found = found.iter().map(|text| text.parse().unwrap()).collect();
        let host = NamedHost::new(host, 1, Arc::new(Says(found)));
        host.connect().await.unwrap_err().kind()
    }

    #[tokio::test]
    async fn a_metadata_address_is_out_of_reach_however_it_is_named() {
        for (host, found) in [
            ("169.254.169.254", &[][..]),
            ("mail.example", &["169.254.169.254"][..]),
            ("mail.example", &["127.0.0.1", "169.254.169.254"][..]),
            ("mail.example", &[][..]),
        ] {
            assert_eq!(
                kind(host, found).await,
                io::ErrorKind::PermissionDenied,
                "{host} {found:?}"
            );
        }
        // Named by the operator, this machine is as good as any: nobody listens there.
        assert_eq!(
            kind("mail.example", &["127.0.0.1"]).await,
            io::ErrorKind::ConnectionRefused
        );
    }
}
