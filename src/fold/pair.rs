//! Pairs of endpoints: the key of a conversation, the same for both directions.

use super::SHARDS;
use crate::dissect::packet::Addresses;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
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
    pub fn of(source: Endpoint, destination: Endpoint) -> (Pair, bool) {
        if source.cmp(&destination) == Ordering::Greater {
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
