//! Where nothing is sent: the inside of the house, unless the operator named it.
//!
//! Whoever may enter an address could otherwise have the server talk to machines that only the
//! server reaches (SSRF, CWE-918): databases, the metadata service of a cloud, itself. What counts
//! is the address a name turned into at the moment of the connection, and it is that address the
//! connection goes to.

use reqwest::Url;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Networks the operator may name at most.
pub const NETWORKS_LIMIT: usize = 64;

/// A network in CIDR notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a network; give one like 10.1.0.0/16 or fd00:1::/64")]
pub struct NetworkError(String);

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError(text.chars().take(60).collect());
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(prefix) => prefix.parse().map_err(|_| wrong())?,
        };
        if prefix > bits {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Network {
    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                let mask = u32::MAX.checked_shl(shift).unwrap_or(0);
                (net.to_bits() ^ address.to_bits()) & mask == 0
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
                (net.to_bits() ^ address.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

/// What may be sent to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    allowed: Vec<Network>,
}

/// Why something is not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not an address of the web.
    #[error("this is not an https address, or holds a user or a fragment")]
    Url,
    /// Without TLS to somewhere else than a named network.
    #[error("without TLS nothing is sent to the outside; use https")]
    Plain,
    /// A port that is not that of the web.
    #[error("only port 443 is sent to outside of the networks the operator allowed")]
    Port,
    /// An address inside the house.
    #[error("{0} is {1}; the operator can allow its network (--notify-network)")]
    Inside(IpAddr, &'static str),
    /// The name has no address.
    #[error("the name has no address")]
    Nameless,
}

/// Reads an address of the web: http or https, with a host, without user and fragment.
pub fn parse_url(text: &str) -> Result<Url, Refused> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    let url = Url::parse(text).map_err(|_| Refused::Url)?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_bare = url.username().is_empty() && url.password().is_none();
    if is_plain && is_web && is_bare && url.has_host() && url.fragment().is_none() {
        Ok(url)
    } else {
        Err(Refused::Url)
    }
}

impl Guard {
    /// Lets these networks be sent to, besides the outside.
    pub fn new(allowed: Vec<Network>) -> Self {
        Self { allowed }
    }

    /// Whether the operator named a network with this address.
    pub fn is_named(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|net| net.contains(address))
    }

    /// Refuses an address inside the house.
    pub fn check(&self, address: IpAddr) -> Result<(), Refused> {
        let address = address.to_canonical();
        match inside(address) {
            Some(what) if !self.is_named(address) => Err(Refused::Inside(address, what)),
            _ => Ok(()),
        }
    }

    /// The addresses of a name that may be connected to for this URL. One bad address among
    /// them refuses all: a name that leads inside and outside is one that somebody plays with.
    pub fn cleared(&self, url: &Url, addresses: &[IpAddr]) -> Result<(), Refused> {
        if addresses.is_empty() {
            return Err(Refused::Nameless);
        }
        for address in addresses {
            self.check(*address)?;
            if self.is_named(*address) {
                continue;
            }
            if url.scheme() != "https" {
                return Err(Refused::Plain);
            }
            if url.port_or_known_default() != Some(443) {
                return Err(Refused::Port);
            }
        }
        Ok(())
    }
}

/// What an address inside the house is, or `None` for one of the public internet.
fn inside(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => inside_v4(v4),
        IpAddr::V6(v6) => inside_v6(v6),
    }
}

/// IANA's special-purpose registry (RFC 6890 and its followers).
fn inside_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (0, ..) => "this network",
        (127, ..) => "this machine",
        (10, ..) | (192, 168, _) | (172, 16..=31, _) => "a private network",
        (169, 254, _) => "link-local, where clouds keep their metadata",
        (100, 64..=127, _) => "behind a carrier's translation",
        (192, 0, 0) => "reserved for protocols",
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => "for documents only",
        (192, 88, 99) => "an old relay",
        (198, 18 | 19, _) => "for measurements only",
        (224..=239, ..) => "a multicast group",
        (240..=255, ..) => "reserved",
        _ => return None,
    })
}

fn inside_v6(address: Ipv6Addr) -> Option<&'static str> {
    let segments = address.segments();
    let [a, b, ..] = segments;
    // An IPv4 address inside a translated or tunnelled one is judged as what it is.
    let carried = match segments {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some((high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = carried {
        return inside_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    }
    Some(match (a, b) {
        (0, _) if address.is_loopback() => "this machine",
        (0xfc00..=0xfdff, _) => "a private network",
        (0xfe80..=0xfebf, _) => "link-local",
        (0xff00..=0xffff, _) => "a multicast group",
        (0x2001, 0xdb8) => "for documents only",
        (0x2001, 0..=0x1ff) => "reserved for protocols",
        // Only 2000::/3 is given out.
        (0x2000..=0x3fff, _) => return None,
        _ => "reserved",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn guard(networks: &[&str]) -> Guard {
        Guard::new(networks.iter().map(|n| n.parse().unwrap()).collect())
    }

    #[test]
    fn the_inside_of_the_house_is_refused_in_every_spelling() {
        for inside in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::127.0.0.1",
            "4000::1",
            "::ffff:0a00:1",
        ] {
            let refused = Guard::default().check(ip(inside));
            assert!(matches!(refused, Err(Refused::Inside(..))), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "8.8.8.8",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            assert_eq!(Guard::default().check(ip(outside)), Ok(()), "{outside}");
        }
    }

    #[test]
    fn the_operator_may_name_a_network() {
        let guard = guard(&["10.1.0.0/16", "127.0.0.1", "fd00:1::/64"]);
        for named in ["10.1.2.3", "127.0.0.1", "::ffff:127.0.0.1", "fd00:1::9"] {
            assert_eq!(guard.check(ip(named)), Ok(()), "{named}");
        }
        for other in ["10.2.0.1", "127.0.0.2", "fd00:2::9", "169.254.169.254"] {
            assert!(guard.check(ip(other)).is_err(), "{other}");
        }
        for wrong in ["", "10.1.0.0/33", "x/8", "10.1/16", "::/129", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        assert!(
            Network::from_str("0.0.0.0/0")
                .unwrap()
                .contains(ip("9.9.9.9"))
        );
    }

    #[test]
    fn the_outside_is_reached_by_https_at_its_port_only() {
        let outside = [ip("1.1.1.1")];
        let guard = guard(&["127.0.0.1"]);
        let cleared = |url: &str, to: &[IpAddr]| guard.cleared(&parse_url(url).unwrap(), to);
        assert_eq!(cleared("https://a.example/x", &outside), Ok(()));
        assert_eq!(cleared("http://a.example/", &outside), Err(Refused::Plain));
        assert_eq!(
            cleared("https://a.example:22/", &outside),
            Err(Refused::Port)
        );
        assert_eq!(cleared("https://a.example/", &[]), Err(Refused::Nameless));
        assert_eq!(
            cleared("http://a.example:8080/", &[ip("127.0.0.1")]),
            Ok(())
        );
        // One name, two addresses, one of them inside.
        let mixed = cleared("https://a.example/", &[ip("1.1.1.1"), ip("10.0.0.1")]);
        assert!(matches!(mixed, Err(Refused::Inside(..))));
    }

    #[test]
    fn only_addresses_of_the_web_are_read() {
        for wrong in [
            "",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://",
            "https://u:p@a.example",
            "https://a.example/#x",
            "https://a.example/\n",
            "//a.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(parse_url(wrong), Err(Refused::Url), "{wrong:?}");
        }
        // What a browser would read as this machine is read so here too.
        let odd = parse_url("http://0x7f.1/").unwrap();
        assert_eq!(odd.host_str(), Some("127.0.0.1"));
    }

    proptest! {
        #[test]
        fn a_network_holds_its_own_addresses_and_those_that_differ_below_its_prefix(
            bits: u32, other: u32, prefix in 0_u8..=32,
        ) {
            let net = Network { address: Ipv4Addr::from_bits(bits).into(), prefix };
            let mask = if prefix == 0 { 0 } else { u32::MAX << (32 - u32::from(prefix)) };
            let address = Ipv4Addr::from_bits((bits & mask) | (other & !mask));
            prop_assert!(net.contains(address.into()));
            let read: Network = net.to_string().parse().unwrap();
            prop_assert_eq!(read, net);
        }

        #[test]
        fn an_address_is_judged_the_same_in_its_mapped_spelling(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let guard = Guard::default();
            let plain = guard.check(v4.into()).is_ok();
            prop_assert_eq!(plain, guard.check(v4.to_ipv6_mapped().into()).is_ok());
        }
    }
}
