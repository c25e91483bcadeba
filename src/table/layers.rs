//! Conversations layer by layer, in the order of the tables, made from the finest ones that were counted.

use super::cell::Cell;
use crate::dissect::packet::Transport;
use crate::tally::conversations::{Conversations, Pairs, eth_of, ipv4_of, ipv6_of, ports_of};
use crate::tally::flow::{Entry, Flow};
use rayon::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The layers that have conversations, in the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    Eth,
    Ipv4,
    Ipv6,
    Tcp,
    Udp,
    Sctp,
}

impl Layer {
    /// The name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Eth => "eth",
            Layer::Ipv4 => "ipv4",
            Layer::Ipv6 => "ipv6",
            Layer::Tcp => "tcp",
            Layer::Udp => "udp",
            Layer::Sctp => "sctp",
        }
    }

    fn of(transport: Transport) -> Layer {
        match transport {
            Transport::Tcp => Layer::Tcp,
            Transport::Udp => Layer::Udp,
            Transport::Sctp => Layer::Sctp,
        }
    }
}

/// An address of any layer. Ordered by family, then by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    Mac([u8; 6]),
    Ipv4(Ipv4Addr),
    Ipv6(Ipv6Addr),
}

impl Address {
    /// As a cell.
    pub fn cell(self) -> Cell<'static> {
        match self {
            Address::Mac(mac) => Cell::Mac(mac),
            Address::Ipv4(address) => Cell::Ipv4(address),
            Address::Ipv6(address) => Cell::Ipv6(address),
        }
    }
}

/// One side of a conversation: address and, on transport layers, port.
pub type Side = (Address, Option<u16>);

/// A conversation of one layer.
#[derive(Clone, Copy, Debug)]
pub struct Talk<'a> {
    /// Its layer.
    pub layer: Layer,
    finest: Finest<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Finest<'a> {
    Eth(&'a Entry<2>),
    Ipv4(&'a Entry<2>),
    Ipv6(&'a Entry<5>),
}

impl<'a> Talk<'a> {
    /// What is known of it.
    pub fn flow(&self) -> &'a Flow {
        match self.finest {
            Finest::Eth((_, flow)) | Finest::Ipv4((_, flow)) | Finest::Ipv6((_, flow)) => flow,
        }
    }

    /// The low and the high side.
    pub fn sides(&self) -> (Side, Side) {
        let ((low, high), ports) = match self.finest {
            Finest::Eth((key, _)) => {
                let (low, high) = eth_of(key);
                ((Address::Mac(low), Address::Mac(high)), None)
            }
            Finest::Ipv4((key, _)) => {
                let (low, high) = ipv4_of(key);
                ((Address::Ipv4(low), Address::Ipv4(high)), ports_of(key[1]))
            }
            Finest::Ipv6((key, _)) => {
                let (low, high) = ipv6_of(key);
                ((Address::Ipv6(low), Address::Ipv6(high)), ports_of(key[4]))
            }
        };
        let (low_port, high_port) = ports.map(|(_, low, high)| (low, high)).unzip();
        ((low, low_port), (high, high_port))
    }
}

/// Every conversation of every layer, in no order.
pub fn talks<'a>(finest: &'a Conversations, pairs: &'a Pairs) -> Vec<Talk<'a>> {
    let eth =
        finest.eth.shards().flat_map_iter(|shard| shard.map(|e| Talk { layer: Layer::Eth, finest: Finest::Eth(e) }));
    let ipv4 =
        pairs.ipv4.shards().flat_map_iter(|shard| shard.map(|e| Talk { layer: Layer::Ipv4, finest: Finest::Ipv4(e) }));
    let ipv6 =
        pairs.ipv6.shards().flat_map_iter(|shard| shard.map(|e| Talk { layer: Layer::Ipv6, finest: Finest::Ipv6(e) }));
    let over_ipv4 = finest
        .ipv4
        .shards()
        .flat_map_iter(|shard| shard.filter_map(|entry| transport_talk(entry.0[1], Finest::Ipv4(entry))));
    let over_ipv6 = finest
        .ipv6
        .shards()
        .flat_map_iter(|shard| shard.filter_map(|entry| transport_talk(entry.0[4], Finest::Ipv6(entry))));
    eth.chain(ipv4).chain(ipv6).chain(over_ipv4).chain(over_ipv6).collect()
}

fn transport_talk(ports: u64, finest: Finest<'_>) -> Option<Talk<'_>> {
    ports_of(ports).map(|(transport, ..)| Talk { layer: Layer::of(transport), finest })
}
