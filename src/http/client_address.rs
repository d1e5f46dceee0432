//! From where does a request come? The peer, or what trusted proxies say of it, walked from the right.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Where a request came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientAddress {
    pub ip: IpAddr,
    /// Whether it travelled encrypted all the way that we can know of.
    pub is_https: bool,
    /// Whether it never left this machine.
    pub is_local: bool,
}

/// Works it out: every right-most forwarder that is trusted hands over to the one on its left.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> ClientAddress {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    let mut ip = peer.to_canonical();
    if !is_trusted(ip) {
        return ClientAddress { ip, is_https: false, is_local: ip.is_loopback() };
    }
    let list = |name: &str| -> Vec<String> {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    let is_https =
        list("x-forwarded-proto").last().is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    for forwarded in list("x-forwarded-for").iter().rev() {
        let Some(next) = forwarder(forwarded) else { break };
        ip = next.to_canonical();
        if !is_trusted(ip) {
            break;
        }
    }
    ClientAddress { ip, is_https, is_local: false }
}

/// An address as proxies write it: alone, with a port, or in brackets.
fn forwarder(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// What an address is counted as, where clients are limited by address: one of IPv6 as its /64, because a single customer
/// of a provider has all addresses of one (C-48).
pub fn counted_as(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &str) -> ClientAddress {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        client_address(peer.parse().unwrap(), &headers, &["10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn a_stranger_cannot_say_that_it_is_somebody_else() {
        let address = from("203.0.113.9", "127.0.0.1");
        assert_eq!((address.ip.to_string().as_str(), address.is_https), ("203.0.113.9", false));
    }

    #[test]
    fn trusted_proxies_are_believed_from_the_right() {
        let address = from("10.0.0.1", "198.51.100.7, 203.0.113.9, 10.0.0.2");
        assert_eq!((address.ip.to_string().as_str(), address.is_https), ("203.0.113.9", true));
        for (written, read) in [
            ("nonsense", "10.0.0.1"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
        ] {
            assert_eq!(from("10.0.0.1", written).ip.to_string(), read, "{written}");
        }
    }

    /// C-48
    #[test]
    fn an_address_of_ipv6_counts_as_its_64() {
        for (address, counted) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("fe80::1", "fe80::/64"),
            ("::1", "::/64"),
        ] {
            assert_eq!(counted_as(address.parse().unwrap()), counted);
        }
    }
}
