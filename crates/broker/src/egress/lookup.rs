use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use super::resolver::{LIMIT, resolver};

/// A look-up that is under way.
pub type LookingUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where names become addresses. Passed as an argument, so that tests own the DNS.
pub trait Lookup: Send + Sync {
    /// The addresses of `name`.
    fn lookup(&self, name: String) -> LookingUp;
}

/// The system's names: `/etc/hosts`, and then the servers of `/etc/resolv.conf`. It takes no thread, and ends when nobody
/// waits for it: people name apps whose servers of names swallow questions, and `getaddrinfo(3)` holds a thread for
/// each, which files and everybody else's names wait for.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> LookingUp {
        Box::pin(look_up(Vec::new(), name))
    }
}

async fn look_up(servers: Vec<SocketAddr>, name: String) -> io::Result<Vec<IpAddr>> {
    let resolver = resolver(&servers).map_err(io::Error::other)?;
    let found = tokio::time::timeout(LIMIT, resolver.lookup_ip(name)).await?;
    Ok(found.map_err(io::Error::other)?.iter().collect())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tokio::net::UdpSocket;

    use super::*;

    #[tokio::test]
    async fn the_names_of_the_system_are_known() {
        let found = SystemLookup.lookup("localhost".to_owned()).await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback), "{found:?}");
        assert!(!found.is_empty());
        let literal = SystemLookup.lookup("192.0.2.7".to_owned()).await.unwrap();
        assert_eq!(literal, ["192.0.2.7".parse::<IpAddr>().unwrap()]);
        assert!(SystemLookup.lookup("no name".to_owned()).await.is_err());
    }

    #[test]
    fn servers_of_names_that_swallow_questions_hold_no_thread() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let servers = vec![silent.local_addr().unwrap()];
            let begun = Instant::now();
            let waiting: Vec<_> = (0..64)
                .map(|n| look_up(servers.clone(), format!("a{n}.example.com.")))
                .map(tokio::spawn)
                .collect();
            silent.recv_from(&mut [0; 512]).await.unwrap();
            tokio::task::spawn_blocking(|| {}).await.unwrap();
            assert!(
                begun.elapsed() < Duration::from_secs(1),
                "a thread was held"
            );
            for one in waiting {
                assert!(one.await.unwrap().is_err());
            }
            assert!(begun.elapsed() < 2 * LIMIT);
        });
    }
}
