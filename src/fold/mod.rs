//! Folds: counts that depend on the order of packets.
//!
//! A tally merges; a fold does not: it applies records one after the other. Workers make records of
//! packets, as plain data without references into the capture, and deal them to [`SHARDS`] shards
//! by the unordered pair of addresses. Each shard applies its records in packet order, so all
//! shards can be folded at once, and the result is that of a serial fold over all packets.
//!
//! A new fold is a file and a line in the list below: which packets give a record, the record, the
//! state of a shard, and what a record does to it.

pub mod application;
mod chunks;
mod dealt;
pub mod dns;
pub mod dtls;
pub mod echo;
pub mod encoded;
pub mod flows;
mod folded;
pub mod handshake;
mod merged;
pub mod message;
pub mod pair;
mod position;
pub mod quic;
mod quoted;
pub mod samples;
pub mod tcp;

use crate::dissect::application::Application;
use crate::dissect::packet::{Packet, Transport};
use crate::engine::memory::{Budget, Growth};
use application::announce::{self, Announced, Media};
use application::datagrams::Datagrams;
use application::named::{Frames, NamedPaths, Names};
use dealt::{Dealt, Spare};
use encoded::Damaged;
pub use folded::Folded;
use pair::Pair;
pub use position::Position;
use std::fmt::Debug;
use std::sync::Arc;

/// Number of shards. No result depends on it.
pub const SHARDS: usize = 64;

/// A kind of counting that depends on the order of packets.
pub trait Fold {
    /// Plain data of a packet. Packet numbers in it count from 0 within the part.
    type Record: Debug + Send + Sync;
    /// State of the conversations of one shard.
    type Shard: Debug + Send + Sync + 'static;
    /// State of a part, for records that depend on packets shortly before.
    type Recent: Debug + Default + Send + Sync;
    /// Kind of the entries of a shard, for the message when memory runs out.
    const GROWTH: &'static Growth;

    /// A shard that has seen no record.
    fn shard(settings: &Settings) -> Self::Shard;

    /// Calls back with the shard and the record of each layer of a packet that gives one.
    fn records(
        packet: &Packet<'_>,
        settings: &Settings,
        recent: &mut Self::Recent,
        deal: impl FnMut(usize, Self::Record),
    );

    /// Applies the next record of a shard, which is in a part at this position.
    fn apply(shard: &mut Self::Shard, record: &Self::Record, position: Position<'_>);

    /// Number of entries of a shard, and its memory in bytes.
    fn memory(shard: &Self::Shard) -> (u64, u64);

    /// Called once all records of a batch are applied; `opened` is the state that all shards share.
    fn settle(_shards: &mut [Self::Shard], _opened: &mut u64) {}
}

/// Settings of the folds of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Keep the analysis of every TCP segment until it is taken.
    pub segments: bool,
    /// Read the messages that TCP payloads begin with.
    pub messages: bool,
    /// Decide on the applications of conversations.
    pub applications: bool,
    /// Tell the application of every packet.
    pub packet_names: bool,
    /// Time without a packet after which a flow ends, in nanoseconds.
    pub flow_idle: u64,
    /// Age at which a flow ends, in nanoseconds.
    pub flow_active: u64,
}

macro_rules! folds {
    ($($(#[$meaning:meta])+ $name:ident: $fold:ty;)*) => {
        /// Folds that the chosen tables need.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct FoldNeeds {
            $($(#[$meaning])+ pub $name: bool,)*
        }

        impl FoldNeeds {
            /// No fold.
            pub const NOTHING: FoldNeeds = FoldNeeds { $($name: false,)* };

            /// Needs of either.
            pub fn union(self, other: FoldNeeds) -> FoldNeeds {
                FoldNeeds { $($name: self.$name || other.$name,)* }
            }
        }

        /// The folds of a run, each on or off.
        #[derive(Debug)]
        pub struct Folds {
            $($(#[$meaning])+ pub $name: Option<Folded<$fold>>,)*
            settings: Settings,
            media: Announced,
            named_paths: NamedPaths,
        }

        impl Folds {
            /// Folds over no packet.
            pub fn new(needs: FoldNeeds, settings: &Settings, budget: &Arc<Budget>) -> Folds {
                Folds {
                    $($name: needs.$name.then(|| Folded::new(settings, budget)),)*
                    settings: *settings,
                    media: Announced::default(),
                    named_paths: NamedPaths::default(),
                }
            }

            /// Folds that are on, their settings, and lists for their records.
            pub fn wants(&self) -> Wants {
                Wants {
                    $($name: self.$name.as_ref().map(|fold| fold.spare.clone()),)*
                    settings: self.settings,
                }
            }

            /// Applies consecutive parts; each comes with the number of packets before it. Gives
            /// the names of the packets of each part, if they are kept.
            pub fn apply(&mut self, parts: Vec<(Parts, u64)>) -> Vec<Names> {
                let (count, mut frames) = (parts.len(), Vec::new());
                $(let mut $name = Vec::new();)*
                for (part, before) in parts {
                    self.media.note(&part.media, before);
                    frames.push(part.frames);
                    $($name.extend(part.$name.map(|dealt| (dealt, before)));)*
                }
                $(if let Some(fold) = &mut self.$name {
                    fold.apply($name, &self.media);
                })*
                self.names(count, &frames)
            }

            /// Settles each fold after a batch.
            fn settle(&mut self) {
                $(if let Some(fold) = &mut self.$name {
                    <$fold as Fold>::settle(&mut fold.shards, &mut fold.opened);
                    fold.reserve();
                })*
            }

            /// One shard of each fold as plain data, in order; empty if the fold is off.
            fn saved_shards(&self, place: usize) -> Vec<Vec<u8>> {
                vec![$(self.$name.as_ref().map_or(Vec::new(), |fold| fold.saved(place)),)*]
            }

            /// Takes what [`Folds::saved_shards`] gave.
            fn take_shards(&mut self, place: usize, saved: &[&[u8]]) -> Result<(), Damaged> {
                let mut saved = saved.iter();
                $(
                    let bytes = saved.next().ok_or(Damaged)?;
                    self.$name.as_mut().map_or(Ok(()), |fold| fold.take(place, bytes))?;
                )*
                Ok(())
            }
        }

        /// Folds that are on, their settings, and lists for their records: makes parts.
        #[derive(Clone, Debug)]
        pub struct Wants {
            $($name: Option<Spare<$fold>>,)*
            settings: Settings,
        }

        impl Wants {
            /// Keeps the lists of parts that are done with.
            pub fn put(&self, parts: impl Iterator<Item = Parts>) {
                for part in parts {
                    $(if let (Some(spare), Some(dealt)) = (&self.$name, part.$name) {
                        spare.put(std::iter::once(dealt));
                    })*
                }
            }
        }

        /// Records of one part for each fold that is on.
        #[derive(Debug)]
        pub struct Parts {
            $($name: Option<Dealt<$fold>>,)*
            settings: Settings,
            media: Vec<(u32, Media)>,
            frames: Frames,
        }

        impl Parts {
            /// No records yet.
            pub fn new(wants: &Wants) -> Parts {
                Parts {
                    $($name: wants.$name.as_ref().map(Spare::take),)*
                    settings: wants.settings,
                    media: Vec::new(),
                    frames: Frames::default(),
                }
            }

            /// Deals the records of the next packet.
            #[inline]
            pub fn observe(&mut self, packet: &Packet<'_>) {
                $(if let Some(dealt) = &mut self.$name {
                    dealt.observe(packet, &self.settings);
                })*
                self.observe_name(packet);
            }

            /// Memory held, in bytes.
            pub fn bytes(&self) -> u64 {
                self.frames.bytes() $(+ self.$name.as_ref().map_or(0, Dealt::bytes))*
            }
        }
    };
}

folds! {
    /// TCP streams.
    tcp: tcp::Tcp;
    /// Echo requests and replies.
    echo: echo::Echo;
    /// Names asked for over DNS.
    dns: dns::Dns;
    /// Flows with timeouts.
    flows: flows::Flows;
    /// Applications over UDP and SCTP.
    datagrams: Datagrams;
    /// TLS handshakes over QUIC.
    quic: quic::Quic;
    /// TLS handshakes over DTLS.
    dtls: dtls::Dtls;
}

impl Parts {
    /// Notes what a packet announces, and its path if its name will be counted.
    #[inline]
    fn observe_name(&mut self, packet: &Packet<'_>) {
        if self.settings.applications && self.datagrams.is_some() {
            let number = packet.record.number as u32;
            announce::of(packet, |media| self.media.push((number, media)));
        }
        if self.settings.packet_names {
            self.frames.note(packet);
        }
    }
}

impl Folds {
    /// The application of the first packet of a conversation that has one.
    pub fn application(&self, transport: Transport, pair: Pair) -> Option<Application> {
        match transport {
            Transport::Tcp => self.tcp.as_ref()?.application(&pair),
            Transport::Udp => self.datagrams.as_ref()?.application(&(pair, false)),
            Transport::Sctp => self.datagrams.as_ref()?.application(&(pair, true)),
        }
    }
}
