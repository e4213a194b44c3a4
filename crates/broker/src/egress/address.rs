use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who may be at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The public internet.
    Public,
    /// A machine or network of the operator's: only a listed host and port.
    Private,
    /// Nothing that an app could be: cloud metadata, link-local, multicast, reserved. No list opens
    /// it, since a listed *name* may come to point there.
    Never,
}

/// Cloud metadata services outside the link-local ranges: Azure, Alibaba, Oracle; AWS and Google by
/// IPv6.
const METADATA: &[IpAddr] = &[
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// Sorts an address by the IANA special-purpose registries (RFC 6890).
pub(crate) fn reach(address: IpAddr) -> Reach {
    if METADATA.contains(&address) {
        return Reach::Never;
    }
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    match address.octets() {
        // This network (RFC 791; Linux connects it to itself), link-local (RFC 3927), IETF protocol
        // assignments (RFC 6890), documentation (RFC 5737), 6to4 relays (RFC 7526), multicast (RFC
        // 5771), reserved and broadcast (RFC 1112, RFC 919).
        [0 | 224..=255, ..]
        | [169, 254, ..]
        | [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _] => Reach::Never,
        // RFC 1918, RFC 6598 (carrier NAT), RFC 1122 (loopback), RFC 2544 (benchmarks).
        [10 | 127, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [100, 64..=127, ..]
        | [198, 18 | 19, ..] => Reach::Private,
        _ => Reach::Public,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    if let Some(inner) = embedded_v4(address) {
        // Another spelling of an IPv4 address is never public: who writes 8.8.8.8 so wants to get
        // past a check.
        return match reach(IpAddr::V4(inner)) {
            Reach::Never => Reach::Never,
            Reach::Private | Reach::Public => Reach::Private,
        };
    }
    match address.segments() {
        // Loopback (RFC 4291), unique local (RFC 4193).
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Reach::Private,
        // IETF protocol assignments (RFC 2928), documentation (RFC 3849, RFC 9637).
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Reach::Never,
        // Global unicast (RFC 4291 2.4) is 2000::/3.
        [0x2000..=0x3fff, ..] => Reach::Public,
        // Unspecified, discard-only, segment routing, link-local, site-local, multicast, unassigned.
        _ => Reach::Never,
    }
}

/// The IPv4 address within: mapped and compatible (RFC 4291 2.5.5), NAT64 (RFC 6052, RFC 8215),
/// 6to4 (RFC 3056), Teredo (RFC 4380, inverted), ISATAP (RFC 5214 6.1).
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        // ::1 and :: are what they are, not 0.0.0.1 and 0.0.0.0.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..]
        | [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => Some(v4(high, low)),
        [0x2001, 0, .., high, low] => Some(v4(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(addresses: &[&str], expected: Reach) {
        for text in addresses {
            assert_eq!(reach(text.parse().unwrap()), expected, "{text}");
        }
    }

    /// First and last addresses of the rows that IANA lists as not globally reachable (IPv4 and
    /// IPv6 special-purpose address registries).
    #[test]
    fn iana_special_purpose_registries_no_such_address_is_public() {
        all(
            &[
                "0.0.0.0",
                "0.255.255.255",
                "169.254.0.0",
                "169.254.255.255",
                "192.0.0.0",
                "192.0.0.255",
                "192.0.2.0",
                "192.0.2.255",
                "192.88.99.0",
                "198.51.100.0",
                "198.51.100.255",
                "203.0.113.0",
                "203.0.113.255",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.0",
                "255.255.255.255",
                "::",
                "100::",
                "100:0:0:1::",
                "2001::1",
                "2001:1ff:ffff::",
                "2001:2::",
                "2001:20::",
                "2001:db8::1",
                "3fff::1",
                "5f00::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "ff0e::1",
                "4000::1",
            ],
            Reach::Never,
        );
        all(
            &[
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.0",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.0",
                "192.168.255.255",
                "198.18.0.0",
                "198.19.255.255",
                "::1",
                "fc00::1",
                "fdff::1",
            ],
            Reach::Private,
        );
    }

    #[test]
    fn the_neighbours_of_special_ranges_are_public() {
        all(
            &[
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.0.3.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2001:200::1",
                "2001:4860::8888",
                "2606:4700::1111",
                "2a00::1",
                "3ffe::1",
                "3fff:1000::1",
            ],
            Reach::Public,
        );
    }

    #[test]
    fn metadata_services_are_never_reached() {
        all(
            &[
                "169.254.169.254",
                "169.254.170.2",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "fd00:ec2::254",
                "fd20:ce::254",
                "::ffff:169.254.169.254",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "::ffff:168.63.129.16",
                "::169.254.169.254",
                "2001:0:4136:e378:8000:63bf:5601:5601",
                "2a00::200:5efe:a9fe:a9fe",
            ],
            Reach::Never,
        );
    }

    #[test]
    fn an_ipv4_address_in_an_ipv6_one_is_not_public() {
        all(
            &[
                "::ffff:127.0.0.1",
                "::127.0.0.1",
                "::ffff:8.8.8.8",
                "::8.8.8.8",
                "64:ff9b::8.8.8.8",
                "64:ff9b::10.0.0.1",
                "64:ff9b:1::192.168.0.1",
                "2002:7f00:1::",
                "2002:808:808::1",
                "::ffff:0:10.0.0.1",
                "fe80::5efe:10.0.0.1",
            ],
            Reach::Private,
        );
    }

    /// RFC 4380 section 4's layout: the client's address is the last 32 bits, inverted.
    #[test]
    fn rfc_4380_a_teredo_address_hides_its_client() {
        let address: Ipv6Addr = "2001:0:4136:e378:8000:63bf:3fff:fdd2".parse().unwrap();
        assert_eq!(embedded_v4(address), Some(Ipv4Addr::new(192, 0, 2, 45)));
    }
}
