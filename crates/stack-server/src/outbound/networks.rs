//! Which addresses the server may connect to.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use anyhow::{Context, bail};

/// Networks that the server may connect to although they aren't public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

/// The addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Networks {
    /// Whether the server may connect to this address.
    pub fn allow(&self, address: IpAddr) -> bool {
        is_public(address) || self.name(address)
    }

    /// Whether the address is in one of the networks that are named here.
    pub fn name(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address.to_canonical()))
    }
}

impl FromStr for Networks {
    type Err = anyhow::Error;

    /// Reads networks such as `127.0.0.0/8`, `fd00::/8` or `10.1.2.3`, separated by commas.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::parse).collect::<anyhow::Result<_>>().map(Self)
    }
}

impl FromStr for Network {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let wrong = || format!("`{text}` isn't a network; write it as `127.0.0.0/8`, `fd00::/8` or `10.1.2.3`");
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().with_context(wrong)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).with_context(wrong)?;
        if bits > most {
            bail!(wrong());
        }
        Ok(Self { address, bits })
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same_bits(u32::from(own).into(), u32::from(other).into(), 32, self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same_bits(own.into(), other.into(), 128, self.bits),
            _ => false,
        }
    }
}

fn same_bits(one: u128, other: u128, width: u32, bits: u32) -> bool {
    (one ^ other).checked_shr(width - bits).unwrap_or(0) == 0
}

/// Whether an address is anybody's on the internet. What is reserved, private or a way into another network isn't.
/// Source: the special-purpose registries of IANA (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = match a {
        0 | 10 | 127 | 224.. => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => matches!((b, c), (168, _) | (0, 0 | 2) | (88, 99)),
        198 => matches!((b, c), (18 | 19, _) | (51, 100)),
        203 => (b, c) == (0, 113),
        _ => false,
    };
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Only 2000::/3 is given out. Documentation is in it, and so are 6to4 and Teredo, which lead to IPv4 addresses.
    first & 0xe000 == 0x2000 && first != 0x2002 && !(first == 0x2001 && matches!(second, 0 | 0xdb8)) && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn only_public_addresses_are_allowed_by_themselves() {
        let none = Networks::default();
        for address in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "192.1.1.1",
            "2606:4700::1111",
            "2001:4860::8888",
        ] {
            assert!(none.allow(ip(address)), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
        ] {
            assert!(!none.allow(ip(address)), "{address}");
        }
    }

    #[test]
    fn networks_are_allowed_by_name() {
        let networks: Networks = "127.0.0.0/8, fd00::/8 ,10.1.2.3".parse().expect("networks");
        for (address, allowed) in [
            ("127.9.9.9", true),
            ("::ffff:127.0.0.1", true),
            ("fd12::1", true),
            ("10.1.2.3", true),
            ("10.1.2.4", false),
            ("fe80::1", false),
            ("::1", false),
        ] {
            assert_eq!(networks.allow(ip(address)), allowed, "{address}");
        }
        let all: Networks = "0.0.0.0/0".parse().expect("a network");
        assert!(all.allow(ip("10.0.0.1")) && !all.allow(ip("::1")));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["localhost", "127.0.0.0/33", "127.0.0.0/x", "::1/129", "1.2.3/8"] {
            assert!(text.parse::<Networks>().is_err(), "{text}");
        }
        assert_eq!(" , ".parse::<Networks>().expect("none"), Networks::default());
    }
}
