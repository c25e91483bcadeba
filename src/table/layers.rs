//! Conversations of each layer, derived from the counted ones: those of transports give those of
//! IP.

pub use super::address::{Address, Endpoint};
use crate::dissect::packet::Transport;
use crate::fold::pair::Pair;
use crate::report::Report;
use crate::source::prefetch;
use crate::tally::conversations::{Conversations, IpPairs, eth_of, ipv4_of, ipv6_of, ports_of};
use crate::tally::flow::{Entry, Flow, Flows};
use crate::tally::pairs::Pairs;
use crate::tally::shards::SHARDS;
use rayon::prelude::*;

/// The layers that have conversations, in the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
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

    /// A number that orders rows: by layer, then most packets first.
    pub fn order(self, packets: u64) -> u64 {
        (self as u64) << 60 | (MOST_PACKETS - packets.min(MOST_PACKETS))
    }
}

/// Number of packets of a capture, at most.
const MOST_PACKETS: u64 = (1 << 60) - 1;

/// Place of a conversation in the lists of a report.
#[derive(Clone, Copy, Debug)]
pub struct ConversationId {
    place: u32,
    shard: u8,
    list: List,
    /// Its layer.
    pub layer: Layer,
}

/// The lists of conversations, shard by shard.
#[derive(Clone, Copy, Debug)]
enum List {
    Eth,
    Ipv4,
    Ipv4Pairs,
    Ipv6,
    Ipv6Pairs,
}

/// A conversation of one layer.
#[derive(Clone, Copy)]
pub struct Conversation<'a> {
    layer: Layer,
    entry: AnyEntry<'a>,
}

#[derive(Clone, Copy)]
enum AnyEntry<'a> {
    Eth(&'a Entry<3>),
    Ipv4(&'a Entry<2>),
    Ipv6(&'a Entry<5>),
}

impl<'a> Conversation<'a> {
    /// Its counts.
    pub fn flow(&self) -> &'a Flow {
        match self.entry {
            AnyEntry::Eth((_, flow)) | AnyEntry::Ipv4((_, flow)) | AnyEntry::Ipv6((_, flow)) => {
                flow
            }
        }
    }

    /// Transport and endpoints. None below the transport layer.
    pub fn pair(&self) -> Option<(Transport, Pair)> {
        let transport = match self.layer {
            Layer::Tcp => Transport::Tcp,
            Layer::Udp => Transport::Udp,
            Layer::Sctp => Transport::Sctp,
            Layer::Eth | Layer::Ipv4 | Layer::Ipv6 => return None,
        };
        let end = |(address, port): Endpoint| match address {
            Address::Ipv4(address) => Some((address.into(), port?)),
            Address::Ipv6(address) => Some((address.into(), port?)),
            Address::Mac(_) => None,
        };
        let (low, high) = self.sides();
        Some((transport, Pair::of(end(low)?, end(high)?).0))
    }

    /// The low and the high side.
    #[inline]
    pub fn sides(&self) -> (Endpoint, Endpoint) {
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

/// The conversations of a report in every layer.
#[derive(Clone, Copy)]
pub struct Layers<'a> {
    finest: &'a Conversations,
    pairs: &'a IpPairs,
}

impl<'a> Layers<'a> {
    /// Conversations of a report. None if they were not counted.
    pub fn of(report: &'a Report) -> Option<Layers<'a>> {
        report.conversations().map(|(finest, pairs)| Layers { finest, pairs })
    }

    /// Calls `each` with every conversation of every layer, unordered; each worker collects into
    /// its own `fresh` value.
    pub fn collect<T: Send>(
        self,
        fresh: impl Fn() -> T + Sync + Send,
        each: impl Fn(&mut T, ConversationId, Conversation<'a>) + Sync + Send,
    ) -> Vec<T> {
        let Layers { finest, pairs } = self;
        // A few for each worker, so that all finish at about the same time.
        let part = SHARDS.div_ceil(4 * rayon::current_num_threads()).max(1);
        let shards: Vec<u8> = (0..SHARDS as u8).collect();
        let collect = |shards: &[u8]| {
            let mut into = fresh();
            for &shard in shards {
                let mut show = |list, layer, place: usize, entry| {
                    each(
                        &mut into,
                        ConversationId { place: place as u32, shard, list, layer },
                        Conversation { layer, entry },
                    );
                };
                for (place, entry) in finest.eth.entries(shard.into()).iter().enumerate() {
                    show(List::Eth, Layer::Eth, place, AnyEntry::Eth(entry));
                }
                each_of_ip(&finest.ipv4, &pairs.ipv4, shard, |layer, is_pair, place, entry| {
                    let list = if is_pair { List::Ipv4Pairs } else { List::Ipv4 };
                    show(list, layer.unwrap_or(Layer::Ipv4), place, AnyEntry::Ipv4(entry));
                });
                each_of_ip(&finest.ipv6, &pairs.ipv6, shard, |layer, is_pair, place, entry| {
                    let list = if is_pair { List::Ipv6Pairs } else { List::Ipv6 };
                    show(list, layer.unwrap_or(Layer::Ipv6), place, AnyEntry::Ipv6(entry));
                });
            }
            into
        };
        shards.par_chunks(part).with_max_len(1).map(collect).collect()
    }

    /// The conversation at a place.
    #[inline]
    pub fn get(self, id: &ConversationId) -> Option<Conversation<'a>> {
        let Layers { finest, pairs } = self;
        let (shard, place) = (usize::from(id.shard), id.place as usize);
        let entry = match id.list {
            List::Eth => AnyEntry::Eth(finest.eth.entries(shard).get(place)?),
            List::Ipv4 => AnyEntry::Ipv4(finest.ipv4.entries(shard).get(place)?),
            List::Ipv4Pairs => AnyEntry::Ipv4(pairs.ipv4.of_shard(shard)?.merged.get(place)?),
            List::Ipv6 => AnyEntry::Ipv6(finest.ipv6.entries(shard).get(place)?),
            List::Ipv6Pairs => AnyEntry::Ipv6(pairs.ipv6.of_shard(shard)?.merged.get(place)?),
        };
        Some(Conversation { layer: id.layer, entry })
    }

    /// Prefetches a conversation that will be read soon.
    #[inline]
    pub fn prefetch(self, id: &ConversationId) {
        match self.get(id).map(|conversation| conversation.entry) {
            Some(AnyEntry::Eth(entry)) => prefetch(entry),
            Some(AnyEntry::Ipv4(entry)) => prefetch(entry),
            Some(AnyEntry::Ipv6(entry)) => prefetch(entry),
            None => {}
        }
    }
}

/// Calls back with the conversations of address pairs of one shard, then with those of transports.
fn each_of_ip<'a, const WORDS: usize>(
    flows: &'a Flows<WORDS>,
    pairs: &'a Pairs<WORDS>,
    shard: u8,
    mut show: impl FnMut(Option<Layer>, bool, usize, &'a Entry<WORDS>),
) {
    let entries = flows.entries(shard.into());
    if let Some(pairs) = pairs.of_shard(shard.into()) {
        for &place in &pairs.single {
            if let Some(entry) = entries.get(place as usize) {
                show(None, false, place as usize, entry);
            }
        }
        pairs.merged.iter().enumerate().for_each(|(place, entry)| show(None, true, place, entry));
    }
    for (place, entry) in entries.iter().enumerate() {
        if let Some((transport, ..)) = entry.0.last().copied().and_then(ports_of) {
            show(Some(Layer::of(transport)), false, place, entry);
        }
    }
}
