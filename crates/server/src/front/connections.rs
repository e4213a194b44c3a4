use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum_server::accept::{Accept, NoDelayAcceptor};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Connections at once, far below the open files that a process may have.
const MOST: usize = 8192;
/// Of those, from one address, or one /64 of IPv6. A proxy on this machine or a trusted one speaks
/// for many, and is not counted.
const MOST_EACH: usize = 256;

/// Takes connections in while there is room, and hangs up on the rest at once: whoever opens many and
/// says nothing takes nobody else's.
#[derive(Debug, Clone)]
pub(super) struct Room {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    proxies: Arc<[IpNet]>,
}

/// A connection that was taken in.
#[derive(Debug)]
pub(super) struct Guest {
    stream: TcpStream,
    _place: Place,
}

#[derive(Debug)]
struct Place {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Room {
    /// Nobody is in. `proxies` speak for many.
    pub(super) fn new(proxies: &[IpNet]) -> Self {
        Self {
            open: Arc::default(),
            proxies: proxies.into(),
        }
    }

    fn enter(&self, address: IpAddr) -> Option<Place> {
        let is_counted = !address.to_canonical().is_loopback()
            && !self.proxies.iter().any(|net| net.contains(&address));
        let address = group(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let from_here = open.get(&address).copied().unwrap_or(0);
        if open.values().sum::<usize>() >= MOST || (is_counted && from_here >= MOST_EACH) {
            return None;
        }
        open.insert(address, from_here + 1);
        Some(Place {
            open: Arc::clone(&self.open),
            address,
        })
    }
}

/// A household or a host gets all of a /64.
fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        other => other,
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                open.remove(&self.address);
            }
        }
    }
}

impl<S: Send + 'static> Accept<TcpStream, S> for Room {
    type Stream = Guest;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Guest, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let entered = stream.peer_addr().map(|peer| self.enter(peer.ip()));
        Box::pin(async move {
            let place = entered?.ok_or(io::ErrorKind::QuotaExceeded)?;
            let (stream, service) = NoDelayAcceptor.accept(stream, service).await?;
            let guest = Guest {
                stream,
                _place: place,
            };
            Ok((guest, service))
        })
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_its_share_and_gives_it_back() {
        let room = Room::new(&[]);
        let mut held: Vec<_> = (0..MOST_EACH)
            .map(|_| room.enter(address("192.0.2.1")).unwrap())
            .collect();
        assert!(room.enter(address("192.0.2.1")).is_none());
        assert!(room.enter(address("::ffff:192.0.2.1")).is_none());
        assert!(room.enter(address("192.0.2.2")).is_some());
        held.pop();
        assert!(room.enter(address("192.0.2.1")).is_some());
        drop(held);
        assert!(room.open.lock().unwrap().is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_a_proxy_is_none() {
        let proxy = address("198.51.100.7");
        let room = Room::new(&["198.51.100.0/28".parse().unwrap()]);
        let mut held = Vec::new();
        for host in 0..MOST_EACH {
            held.push(room.enter(address(&format!("2001:db8::{host:x}"))).unwrap());
        }
        assert!(room.enter(address("2001:db8::ffff")).is_none());
        assert!(room.enter(address("2001:db8:0:1::1")).is_some());
        for local in [proxy, address("127.0.0.1"), address("::1")] {
            for _ in 0..=MOST_EACH {
                held.push(room.enter(local).unwrap());
            }
        }
    }
}
