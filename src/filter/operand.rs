//! Values with the words before them, as tests: `tcp src port 443`, `ip6 net 2001:db8::/32`.
//!
//! Refused are a value that is none of its kind, and words that cannot stand together. As tcpdump,
//! `ether proto ip` is IPv4 on every link layer, and a network without a type is one by its `/`.

use super::names;
use super::primitive::{Direction, Family, Scope, Test, Within};
use super::value::{self, Net};
use super::words::{self, Kind, Layer, Role, WORDS};
use crate::dissect::protocol::Protocol;
use crate::suggest::hint;

/// The words before a value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Qualifiers {
    pub scope: Scope,
    pub layer: Option<Layer>,
    pub direction: Option<Direction>,
    pub kind: Option<Kind>,
}

impl Qualifiers {
    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.scope == Scope::Outer
            && self.layer.is_none()
            && self.direction.is_none()
            && self.kind.is_none()
    }
}

/// The test of a value.
pub fn test(qualifiers: Qualifiers, text: &str, mask: Option<&str>) -> Result<Test, String> {
    let Qualifiers { scope, layer, direction, kind } = qualifiers;
    let direction = direction.unwrap_or_default();
    if layer == Some(Layer::Ether) && scope == Scope::Any {
        return Err("any cannot stand before ether".into());
    }
    match (kind.unwrap_or(Kind::Host), layer) {
        (Kind::Host, Some(Layer::Ether)) => {
            let mac = value::mac(text).ok_or_else(|| format!("{text} is no MAC address"))?;
            Ok(Test::Mac(direction, mac))
        }
        (Kind::Host | Kind::Net, None | Some(Layer::Arp | Layer::Ip | Layer::Ip6)) => {
            let net = network(kind, text, mask)?;
            match (layer, net) {
                (Some(Layer::Ip | Layer::Arp), Net::V6(..)) => {
                    Err(format!("{text} is an IPv6 address; write ip6"))
                }
                (Some(Layer::Ip6), Net::V4(..)) => {
                    Err(format!("{text} is an IPv4 address; write ip"))
                }
                _ => Ok(Test::Address { scope, direction, within: Within::of(layer), net }),
            }
        }
        (kind @ (Kind::Port | Kind::PortRange), None | Some(Layer::Transport(_))) => {
            let (low, high) = match kind {
                Kind::Port => port(text).map(|port| (port, port))?,
                _ => port_range(text)?,
            };
            let transport = match layer {
                Some(Layer::Transport(transport)) => Some(transport),
                _ => None,
            };
            Ok(Test::Port { scope, direction, transport, low, high })
        }
        (Kind::Proto, _) if qualifiers.direction.is_some() => {
            Err("src and dst cannot stand before proto".into())
        }
        // As in tcpdump, `ip` is short for `ether proto ip`, whatever the link layer is.
        (Kind::Proto, Some(Layer::Ether)) => ethertype(text).map(|number| match number {
            0x0800 => Test::Protocol(scope, Box::new([Protocol::IP])),
            0x86DD => Test::Protocol(scope, Box::new([Protocol::IPV6])),
            _ => Test::EtherType(number),
        }),
        (Kind::Proto, None | Some(Layer::Ip | Layer::Ip6)) => {
            let number = value::number(text).and_then(|number| u8::try_from(number).ok());
            let number = number.or_else(|| names::ip_protocol(text));
            let number = number.ok_or_else(|| format!("{text} is no IP protocol"))?;
            let family = match layer {
                Some(Layer::Ip) => Some(Family::V4),
                Some(Layer::Ip6) => Some(Family::V6),
                _ => None,
            };
            Ok(Test::IpProtocol(scope, family, number))
        }
        (kind, layer) => {
            let word = WORDS.iter().find(|word| word.role == Role::Kind(kind));
            let (layer, kind) = (layer.map_or("", layer_name), word.map_or("", |word| word.name));
            Err(format!("{layer} cannot stand before {kind}"))
        }
    }
}

/// The addresses of a host or network. Without a type, `src 10.0.0.0/8` is a network, as in
/// tcpdump.
fn network(kind: Option<Kind>, text: &str, mask: Option<&str>) -> Result<Net, String> {
    match (kind, mask) {
        (_, Some(mask)) => Net::with_mask(text, mask),
        (Some(Kind::Net), None) => Net::network(text),
        (None, None) if text.contains('/') => Net::network(text),
        _ => Net::host(text),
    }
}

/// The test that the name of a protocol is.
pub fn named(scope: Scope, text: &str) -> Option<Test> {
    // As tcpdump, whose words for these are of one version of IP.
    let number = match text {
        "icmp" => Some((Family::V4, 1)),
        "igmp" => Some((Family::V4, 2)),
        "icmp6" | "icmpv6" => Some((Family::V6, 58)),
        _ => None,
    };
    if let Some((family, number)) = number {
        return Some(Test::IpProtocol(scope, Some(family), number));
    }
    let protocols = words::protocols(text);
    (!protocols.is_empty()).then(|| Test::Protocol(scope, protocols.into()))
}

fn ethertype(text: &str) -> Result<u16, String> {
    /// Smaller numbers are lengths (IEEE 802.3 clause 3.2.6).
    const LEAST: u32 = 0x600;
    let number = names::ethertype(text).map(u32::from).or_else(|| value::number(text));
    let number = number.filter(|number| *number >= LEAST).and_then(|number| number.try_into().ok());
    number
        .ok_or_else(|| format!("{text} is no EtherType: a name, or a number from 0x600 to 0xffff"))
}

fn port(text: &str) -> Result<u16, String> {
    let number = value::number(text).and_then(|number| u16::try_from(number).ok());
    number
        .or_else(|| names::service(text))
        .ok_or_else(|| format!("{text} is no port{}", hint(text, names::services())))
}

fn port_range(text: &str) -> Result<(u16, u16), String> {
    // The names of services have hyphens, too.
    let ends = text.match_indices('-').find_map(|(at, _)| {
        let (low, high) = (text.get(..at)?, text.get(at + 1..)?);
        Some((port(low).ok()?, port(high).ok()?))
    });
    match ends {
        Some((low, high)) => Ok((low.min(high), low.max(high))),
        None => port(text)
            .map(|port| (port, port))
            .map_err(|_| format!("{text} is no range of ports such as 6000-6008")),
    }
}

/// The word of a layer.
pub fn layer_name(layer: Layer) -> &'static str {
    let word = WORDS.iter().find(|word| word.role == Role::Layer(layer));
    word.map_or("", |word| word.name)
}
