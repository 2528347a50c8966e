//! What a door for syslog is called by.

use std::net::SocketAddr;

/// How lines come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// A line a datagram.
    Udp,
    /// A stream, in either framing (RFC 6587).
    Tcp,
    /// The same within TLS (RFC 5425).
    Tls,
}

/// Where syslog is listened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyslogDoor {
    /// How lines come.
    pub carrier: Carrier,
    /// On which address.
    pub listen: SocketAddr,
    /// The name of the source that it is.
    pub source: String,
}

impl std::str::FromStr for SyslogDoor {
    type Err = String;

    /// Reads `tcp://127.0.0.1:5514/Gateways`.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "such as tcp://127.0.0.1:5514/SOURCE, tls://… or udp://…".to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let (address, source) = rest.split_once('/').ok_or_else(form)?;
        let carrier = match scheme {
            "tcp" => Carrier::Tcp,
            "tls" => Carrier::Tls,
            "udp" => Carrier::Udp,
            _ => return Err(form()),
        };
        if source.is_empty() {
            return Err(form());
        }
        Ok(Self {
            carrier,
            listen: address
                .parse()
                .map_err(|_| format!("{address:?} is no address and port"))?,
            source: source.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_named_by_carrier_address_and_source() {
        let door: SyslogDoor = "tls://127.0.0.1:6514/Gate ways".parse().unwrap();
        assert_eq!(door.carrier, Carrier::Tls);
        assert_eq!(door.listen.port(), 6514);
        assert_eq!(door.source, "Gate ways");
        for wrong in [
            "127.0.0.1:1/x",
            "tcp://127.0.0.1:1",
            "tcp://127.0.0.1:1/",
            "tcp://x/y",
            "ssl://127.0.0.1:1/x",
        ] {
            assert!(wrong.parse::<SyslogDoor>().is_err(), "{wrong}");
        }
    }
}
