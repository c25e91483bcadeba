//! Conversations layer by layer, in the order of the tables, made from the finest ones that were counted.

use super::cell::Cell;
use crate::dissect::packet::Transport;
use crate::tally::conversations::{Conversations, IpPairs, eth_of, ipv4_of, ipv6_of, ports_of};
use crate::tally::flow::{Entry, Flow, Flows, Pairs};
use rayon::prelude::*;
use std::cmp::Reverse;
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
    /// Its packets, and when it began: here for the sake of sorting.
    packets: u64,
    rank: u64,
    entry: AnyEntry<'a>,
    /// Its layer.
    pub layer: Layer,
}

#[derive(Clone, Copy, Debug)]
enum AnyEntry<'a> {
    Eth(&'a Entry<3>),
    Ipv4(&'a Entry<2>),
    Ipv6(&'a Entry<5>),
}

impl<'a> Talk<'a> {
    fn new(layer: Layer, entry: AnyEntry<'a>) -> Talk<'a> {
        let (AnyEntry::Eth((_, flow)) | AnyEntry::Ipv4((_, flow)) | AnyEntry::Ipv6((_, flow))) = entry;
        Talk { packets: flow.packets(), rank: flow.rank(), entry, layer }
    }

    /// What is known of it.
    pub fn flow(&self) -> &'a Flow {
        match self.entry {
            AnyEntry::Eth((_, flow)) | AnyEntry::Ipv4((_, flow)) | AnyEntry::Ipv6((_, flow)) => flow,
        }
    }

    /// The low and the high side.
    pub fn sides(&self) -> (Side, Side) {
        let ((low, high), ports) = match self.entry {
            AnyEntry::Eth((key, _)) => {
                let (low, high) = eth_of(key);
                ((Address::Mac(low), Address::Mac(high)), 0)
            }
            AnyEntry::Ipv4((key, _)) => {
                let (low, high) = ipv4_of(key);
                ((Address::Ipv4(low), Address::Ipv4(high)), key[1])
            }
            AnyEntry::Ipv6((key, _)) => {
                let (low, high) = ipv6_of(key);
                ((Address::Ipv6(low), Address::Ipv6(high)), key[4])
            }
        };
        let ports = ports_of(ports).filter(|_| self.layer >= Layer::Tcp);
        let (low_port, high_port) = ports.map(|(_, low, high)| (low, high)).unzip();
        ((low, low_port), (high, high_port))
    }
}

/// Every conversation of every layer: layer by layer, most packets first, then in the order of the first packet.
pub fn sorted_talks<'a>(finest: &'a Conversations, pairs: &'a IpPairs) -> Vec<Talk<'a>> {
    let mut talks = talks(finest, pairs);
    talks.par_sort_unstable_by(|one, two| {
        let key = |talk: &Talk<'_>| (talk.layer, Reverse(talk.packets), talk.rank);
        key(one).cmp(&key(two))
    });
    talks
}

/// Every conversation of every layer, in no order.
pub fn talks<'a>(finest: &'a Conversations, pairs: &'a IpPairs) -> Vec<Talk<'a>> {
    let eth = entries(&finest.eth).map(|entry| Talk::new(Layer::Eth, AnyEntry::Eth(entry)));
    let ipv4 = pair_entries(&finest.ipv4, &pairs.ipv4).map(|entry| Talk::new(Layer::Ipv4, AnyEntry::Ipv4(entry)));
    let ipv6 = pair_entries(&finest.ipv6, &pairs.ipv6).map(|entry| Talk::new(Layer::Ipv6, AnyEntry::Ipv6(entry)));
    let over_ipv4 = entries(&finest.ipv4).filter_map(|entry| transport_talk(entry.0[1], AnyEntry::Ipv4(entry)));
    let over_ipv6 = entries(&finest.ipv6).filter_map(|entry| transport_talk(entry.0[4], AnyEntry::Ipv6(entry)));
    let mut talks = Vec::with_capacity(finest.eth.len() + 2 * (finest.ipv4.len() + finest.ipv6.len()));
    talks.par_extend(eth.chain(ipv4).chain(ipv6).chain(over_ipv4).chain(over_ipv6));
    talks
}

fn entries<const WORDS: usize>(flows: &Flows<WORDS>) -> impl ParallelIterator<Item = &Entry<WORDS>> {
    flows.shards().par_iter().flat_map_iter(|shard| shard.entries())
}

fn pair_entries<'a, const WORDS: usize>(
    flows: &'a Flows<WORDS>,
    pairs: &'a Pairs<WORDS>,
) -> impl ParallelIterator<Item = &'a Entry<WORDS>> {
    let shards = flows.shards().par_iter().zip(pairs.single.par_iter());
    let single =
        shards.flat_map_iter(|(shard, places)| places.iter().filter_map(|place| shard.entries().get(*place as usize)));
    single.chain(pairs.merged.par_iter())
}

fn transport_talk(ports: u64, entry: AnyEntry<'_>) -> Option<Talk<'_>> {
    ports_of(ports).map(|(transport, ..)| Talk::new(Layer::of(transport), entry))
}
