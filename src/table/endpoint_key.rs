//! Keys of the rows of `endpoints` and `ports`.

use super::layers::{Address, Layer};
use crate::tally::shards::ShardKey;
use foldhash::fast::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Key of a row: a layer, and the address of an endpoint, its port or both.
///
/// Stored in machine words: hashing and comparing one takes a few instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointKey {
    /// Layer, family and, from bit [`PORT`] on, the port plus one; 0 stands for none.
    tag: u64,
    address: [u64; 2],
}

const FAMILY: u32 = 8;

const PORT: u32 = 16;

const LAYERS: [Layer; 6] =
    [Layer::Eth, Layer::Ipv4, Layer::Ipv6, Layer::Tcp, Layer::Udp, Layer::Sctp];

impl EndpointKey {
    /// Key of these.
    #[inline]
    pub fn new(layer: Layer, address: Option<Address>, port: Option<u16>) -> EndpointKey {
        let (family, address) = match address {
            None => (0, [0, 0]),
            Some(Address::Mac([a, b, c, d, e, f])) => {
                (1, [0, u64::from_be_bytes([0, 0, a, b, c, d, e, f])])
            }
            Some(Address::Ipv4(address)) => (2, [0, u64::from(address.to_bits())]),
            Some(Address::Ipv6(address)) => {
                (3, [(address.to_bits() >> 64) as u64, address.to_bits() as u64])
            }
        };
        let port = port.map_or(0, |port| u64::from(port) + 1);
        EndpointKey { tag: port << PORT | family << FAMILY | layer as u64, address }
    }

    /// Its layer.
    pub fn layer(&self) -> Layer {
        LAYERS.get((self.tag & 0xFF) as usize).copied().unwrap_or(Layer::Eth)
    }

    /// Address. None if only ports are counted.
    pub fn address(&self) -> Option<Address> {
        let [high, low] = self.address;
        let [_, _, mac @ ..] = low.to_be_bytes();
        match self.family() {
            1 => Some(Address::Mac(mac)),
            2 => Some(Address::Ipv4(Ipv4Addr::from_bits(low as u32))),
            3 => Some(Address::Ipv6(Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)))),
            _ => None,
        }
    }

    /// Port. None if there is none.
    pub fn port(&self) -> Option<u16> {
        (self.tag >> PORT).checked_sub(1).map(|port| port as u16)
    }

    /// Place among rows of one layer and number of packets: by address, then port.
    #[inline]
    pub fn place(&self) -> (u64, [u64; 2], u64) {
        (self.family(), self.address, self.tag)
    }

    fn family(&self) -> u64 {
        self.tag >> FAMILY & 0xFF
    }
}

impl ShardKey for EndpointKey {
    fn hashes(&self, state: &RandomState) -> (u64, u64) {
        let mut hasher = state.build_hasher();
        hasher.write_u64(self.tag);
        self.address.iter().for_each(|word| hasher.write_u64(*word));
        let hash = hasher.finish();
        (hash.rotate_left(32), hash)
    }
}
