//! Pairs of endpoints: the key of a conversation, the same for both directions.

use super::SHARDS;
use crate::dissect::packet::Addresses;
use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address and a port.
pub type Endpoint = (IpAddr, u16);

/// Two endpoints, the greater address first; ports decide between equal addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The endpoint with the greater address.
    pub high: Endpoint,
    /// The other endpoint.
    pub low: Endpoint,
}

/// A few words: pairs are looked up for every packet.
impl Hash for Pair {
    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let mut word = |address: IpAddr| match address {
            IpAddr::V4(address) => u64::from(u32::from(address)),
            IpAddr::V6(address) => {
                let bits = u128::from(address);
                hasher.write_u64((bits >> 64) as u64);
                bits as u64
            }
        };
        let (high, low) = (word(self.high.0), word(self.low.0));
        hasher.write_u64(high.rotate_left(32) ^ low);
        hasher.write_u32(u32::from(self.high.1) << 16 | u32::from(self.low.1));
    }
}

impl Pair {
    /// The pair of a packet, and whether its sender is the low endpoint.
    #[inline]
    pub fn of(source: Endpoint, destination: Endpoint) -> (Pair, bool) {
        let is_greater = match (source.0, destination.0) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                (u32::from(from), source.1) > (u32::from(to), destination.1)
            }
            _ => source > destination,
        };
        if is_greater {
            (Pair { high: source, low: destination }, false)
        } else {
            (Pair { high: destination, low: source }, true)
        }
    }

    /// Sender and receiver of a packet; `from_low` tells if the low endpoint sent it.
    #[inline]
    pub fn ends(&self, from_low: bool) -> (Endpoint, Endpoint) {
        if from_low { (self.low, self.high) } else { (self.high, self.low) }
    }

    /// The shard of the pair of addresses: ports do not count.
    pub fn shard(&self) -> usize {
        let word = |address: IpAddr| match address {
            IpAddr::V4(address) => u64::from(u32::from(address)),
            IpAddr::V6(address) => {
                let bits = u128::from(address);
                (bits as u64) ^ (bits >> 64) as u64
            }
        };
        let (high, low) = (word(self.high.0), word(self.low.0));
        let mixed = (high.rotate_left(29) ^ low).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 58) as usize % SHARDS
    }
}

/// A pair as many streams keep it: 16 bytes instead of 40.
#[derive(Debug, Serialize, Deserialize)]
pub enum Kept {
    /// Two addresses of IPv4, the greater one first, and their ports.
    Ipv4([u32; 2], [u16; 2]),
    /// Any other.
    Other(Box<Pair>),
}

impl Kept {
    /// The pair.
    #[inline]
    pub fn get(&self) -> Pair {
        match self {
            Kept::Ipv4(addresses, ports) => {
                let end = |at: usize| (Ipv4Addr::from(addresses[at]).into(), ports[at]);
                Pair { high: end(0), low: end(1) }
            }
            Kept::Other(pair) => **pair,
        }
    }

    /// True if it is this pair.
    #[inline]
    pub fn is(&self, pair: &Pair) -> bool {
        match (self, pair.high.0, pair.low.0) {
            (Kept::Ipv4(addresses, ports), IpAddr::V4(high), IpAddr::V4(low)) => {
                *addresses == [high, low].map(u32::from) && *ports == [pair.high.1, pair.low.1]
            }
            (Kept::Other(own), _, _) => **own == *pair,
            _ => false,
        }
    }

    /// Heap memory held, in bytes.
    pub fn heap_bytes(&self) -> usize {
        match self {
            Kept::Ipv4(..) => 0,
            Kept::Other(_) => size_of::<Pair>(),
        }
    }
}

impl From<&Pair> for Kept {
    fn from(pair: &Pair) -> Kept {
        match (pair.high.0, pair.low.0) {
            (IpAddr::V4(high), IpAddr::V4(low)) => {
                Kept::Ipv4([high, low].map(u32::from), [pair.high.1, pair.low.1])
            }
            _ => Kept::Other(Box::new(*pair)),
        }
    }
}

/// Source and destination of an IP layer. None unless both were captured.
pub fn addresses(addresses: Addresses<'_>) -> Option<(IpAddr, IpAddr)> {
    let v4 = |bytes: &[u8; 4]| IpAddr::V4(Ipv4Addr::from(*bytes));
    match addresses {
        Addresses::Ipv4(both) => Some((v4(both.first_chunk()?), v4(both.last_chunk()?))),
        Addresses::Ipv4Routed(source, destination) => Some((v4(source), v4(destination))),
        Addresses::Ipv6(both) => {
            let v6 = |bytes: &[u8; 16]| IpAddr::V6(Ipv6Addr::from(*bytes));
            Some((v6(both.first_chunk()?), v6(both.last_chunk()?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_kept_and_found_whole() {
        let end = |address: &str, port| (address.parse().unwrap(), port);
        let ends = [
            end("10.0.0.1", 7),
            end("10.0.0.1", 8),
            end("10.0.1.0", 7),
            end("9.255.255.255", 9),
            end("::1", 7),
            end("::ffff:10.0.0.1", 7),
        ];
        let pairs: Vec<_> = ends
            .iter()
            .flat_map(|one| ends.iter().map(|two| (*one, *two)))
            .map(|(one, two)| {
                assert_eq!(Pair::of(one, two).1, one <= two);
                Pair::of(one, two).0
            })
            .collect();
        for one in &pairs {
            assert!(one.low <= one.high);
            let kept = Kept::from(one);
            assert_eq!(kept.get(), *one);
            pairs.iter().for_each(|two| assert_eq!(kept.is(two), one == two));
        }
        assert_eq!(size_of::<Kept>(), 16);
    }
}
