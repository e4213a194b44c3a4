use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where a request comes from: the peer, or what trusted proxies say about theirs.
pub(super) fn client_address(request: &Request, trusted: &[IpNet]) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Without a TCP peer (a test that calls the router) nobody is trusted.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| {
        peer.ip()
    });
    behind(peer.to_canonical(), request.headers(), trusted)
}

/// Walks X-Forwarded-For from its end, where our own proxy wrote, to the first address that is no
/// trusted proxy. What stands before it was written by whoever sent the request.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut nearest = peer;
    let told: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for address in told.iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        let Some(address) = parse(address.trim()) else {
            break;
        };
        nearest = address.to_canonical();
    }
    nearest
}

/// An address, with or without a port, as proxies write them.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse()
        .ok()
        .or_else(|| text.parse().map(|address: SocketAddr| address.ip()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let headers: HeaderMap = forwarded
            .iter()
            .map(|value| (FORWARDED_FOR.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        behind(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_choose_the_own_address() {
        assert_eq!(
            seen("203.0.113.7", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.7"
        );
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"], &[]), "203.0.113.7");
    }

    #[test]
    fn behind_a_trusted_proxy_its_own_word_counts_and_not_what_the_client_wrote() {
        let forwarded = ["198.51.100.1, 203.0.113.7"];
        assert_eq!(seen("10.0.0.2", &forwarded, &["10.0.0.0/8"]), "203.0.113.7");
        let lines = ["198.51.100.1", "203.0.113.7"];
        assert_eq!(seen("10.0.0.2", &lines, &["10.0.0.0/8"]), "203.0.113.7");
    }

    #[test]
    fn a_chain_of_trusted_proxies_is_walked_to_its_end() {
        let forwarded = ["198.51.100.1, 203.0.113.7, 10.0.0.9"];
        assert_eq!(seen("10.0.0.2", &forwarded, &["10.0.0.0/8"]), "203.0.113.7");
        assert_eq!(seen("10.0.0.2", &["10.0.0.3"], &["10.0.0.0/8"]), "10.0.0.3");
    }

    #[test]
    fn nonsense_ends_the_walk() {
        assert_eq!(
            seen("10.0.0.2", &["198.51.100.1, unknown"], &["10.0.0.0/8"]),
            "10.0.0.2"
        );
        assert_eq!(seen("10.0.0.2", &[], &["10.0.0.0/8"]), "10.0.0.2");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_read() {
        assert_eq!(
            seen("10.0.0.2", &["[2001:db8::1]:443"], &["10.0.0.0/8"]),
            "2001:db8::1"
        );
        assert_eq!(
            seen("10.0.0.2", &["203.0.113.7:9999"], &["10.0.0.0/8"]),
            "203.0.113.7"
        );
        assert_eq!(
            seen("10.0.0.2", &["::ffff:203.0.113.7"], &["10.0.0.0/8"]),
            "203.0.113.7"
        );
    }
}
