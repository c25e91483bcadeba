//! Records of folds as bytes, to be applied elsewhere.
//!
//! The records of a part are written shard by shard, and stay bytes until they are applied: memory is
//! that of the bytes, and each shard reads its own.

mod frames;
mod heads;
mod packets;
mod wire;

pub use wire::Damaged;

use super::application::announce::{Announced, Media};
use super::application::named::Names;
use super::dns::Dns;
use super::dtls::Dtls;
use super::echo::Echo;
use super::quic::Quic;
use super::{Dealt, Fold, Folded, Folds, Parts, Position, SHARDS};
use crate::dissect::application::Application;
use crate::dissect::protocol::Path;
use crate::saved::count;
use frames::{Counted, Paths};
use packets::{Lists, Packets, Shared};
use rayon::prelude::*;
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use wire::{Input, put_saved};

/// Records of consecutive parts, in packet order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Records(Vec<Encoded>);

/// Records of one part.
#[derive(Debug, Serialize, Deserialize)]
struct Encoded {
    /// Number of packets before it.
    #[serde(deserialize_with = "count")]
    before: u64,
    /// Length of what all shards share: announcements, and paths if packets have names.
    shared: u32,
    /// Shards that have records, in order, each with their length.
    shards: Vec<(u8, u32)>,
    /// What is shared, and then the records of each shard.
    bytes: Bytes,
}

#[derive(Debug)]
struct Bytes(Vec<u8>);

/// Parts that a worker applies at the same time, at most: what they share is held decoded.
const AT_ONCE: usize = 16;

/// Bytes of a record, about.
const RECORD_BYTES: u64 = 16;

/// Memory of a record before it is encoded, about.
const HELD_BYTES: u64 = 160;

impl Records {
    /// Encodes consecutive parts, on all workers. Each comes with the number of packets before it.
    pub fn of(parts: &[(Parts, u64)]) -> Records {
        let encoded = |(part, before): &(Parts, u64)| Encoded::of(part, *before);
        Records(parts.par_iter().with_max_len(1).map(encoded).collect())
    }

    /// Appends those of later parts, which have `packets` more packets before them.
    pub fn append(&mut self, later: Records, packets: u64) {
        let shifted =
            |part: Encoded| Encoded { before: part.before.saturating_add(packets), ..part };
        self.0.extend(later.0.into_iter().map(shifted));
    }

    /// Parts that are applied at the same time.
    fn batches(&self) -> impl Iterator<Item = &[Encoded]> {
        self.0.chunks(AT_ONCE * rayon::current_num_threads())
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|part| (part.bytes.0.capacity() + size_of::<Encoded>()) as u64).sum()
    }

    /// Applies them to folds that have seen `packets` packets before.
    ///
    /// # Errors
    /// If a part is none.
    pub fn apply(&self, folds: &mut Folds, packets: u64) -> Result<(), Damaged> {
        for parts in self.batches() {
            folds.apply_encoded(parts, packets, false)?;
        }
        Ok(())
    }

    /// As [`Records::apply`], and calls back with the names of the packets of each part, if they are
    /// kept, and the number of packets before it.
    ///
    /// # Errors
    /// If a part is none.
    pub fn apply_named(
        &self,
        folds: &mut Folds,
        packets: u64,
        mut named: impl FnMut(u64, &[Option<Application>]),
    ) -> Result<(), Damaged> {
        for parts in self.batches() {
            let names = folds.apply_encoded(parts, packets, true)?;
            let parts = parts.iter().map(|part| part.before.saturating_add(packets));
            parts.zip(&names).for_each(|(before, names)| named(before, names));
        }
        Ok(())
    }
}

impl Encoded {
    fn of(part: &Parts, before: u64) -> Encoded {
        let room = part.bytes() / HELD_BYTES * RECORD_BYTES;
        let (mut bytes, mut shards) = (Vec::with_capacity(room as usize), Vec::new());
        let frames = part.settings.packet_names.then_some(&part.frames);
        put_saved(&mut bytes, &part.media);
        put_saved(&mut bytes, &frames.map(|frames| &frames.paths));
        let shared = bytes.len() as u32;
        let mut packets = Packets::new();
        for shard in 0..SHARDS {
            let start = bytes.len();
            let (tcp, flows) = (of(&part.tcp, shard), of(&part.flows, shard));
            let (datagrams, echo) = (of(&part.datagrams, shard), of(&part.echo, shard));
            let (dns, quic) = (of(&part.dns, shard), of(&part.quic, shard));
            let dtls = of(&part.dtls, shard);
            let is_empty = [tcp.len(), flows.len(), datagrams.len(), echo.len(), dns.len()];
            if is_empty.iter().chain(&[quic.len(), dtls.len()]).all(|length| *length == 0) {
                continue;
            }
            packets.put(&mut bytes, &Lists { tcp, flows, datagrams, frames });
            put_saved(&mut bytes, echo);
            put_saved(&mut bytes, dns);
            put_saved(&mut bytes, quic);
            put_saved(&mut bytes, dtls);
            shards.push((shard as u8, (bytes.len() - start) as u32));
        }
        Encoded { before, shared, shards, bytes: Bytes(bytes) }
    }

    /// What all shards share.
    fn shared(&self) -> Result<(Vec<(u32, Media)>, Option<Vec<Path>>), Damaged> {
        let mut input = Input(self.bytes.0.get(..self.shared as usize).ok_or(Damaged)?);
        Ok((input.saved()?, input.saved()?))
    }

    /// The records of each shard; of some, none.
    fn of_shards(&self) -> Result<[&[u8]; SHARDS], Damaged> {
        let mut all: [&[u8]; SHARDS] = [&[]; SHARDS];
        let mut rest = self.bytes.0.get(self.shared as usize..).ok_or(Damaged)?;
        for (shard, length) in &self.shards {
            let (records, after) = rest.split_at_checked(*length as usize).ok_or(Damaged)?;
            *all.get_mut(usize::from(*shard)).ok_or(Damaged)? = records;
            rest = after;
        }
        Ok(all)
    }
}

/// The records of a shard.
fn of<F: Fold>(dealt: &Option<Dealt<F>>, shard: usize) -> &[F::Record] {
    let records = dealt.as_ref().and_then(|dealt| dealt.shards.get(shard));
    records.map_or(&[], Vec::as_slice)
}

/// One shard of every fold that is on.
struct Shards<'a> {
    packets: packets::Shards<'a>,
    echo: Option<&'a mut <Echo as Fold>::Shard>,
    dns: Option<&'a mut <Dns as Fold>::Shard>,
    quic: Option<&'a mut <Quic as Fold>::Shard>,
    dtls: Option<&'a mut <Dtls as Fold>::Shard>,
}

impl Shards<'_> {
    fn apply(
        &mut self,
        packets: &mut Packets,
        records: &[u8],
        shared: Shared<'_>,
    ) -> Result<(), Damaged> {
        let (mut input, position) = (Input(records), shared.position);
        packets.apply(&mut input, &mut self.packets, shared)?;
        each::<Echo>(&mut input, &mut self.echo, position)?;
        each::<Dns>(&mut input, &mut self.dns, position)?;
        each::<Quic>(&mut input, &mut self.quic, position)?;
        each::<Dtls>(&mut input, &mut self.dtls, position)
    }
}

/// Applies the records of a fold that few packets have.
fn each<F: Fold<Record: DeserializeOwned>>(
    input: &mut Input<'_>,
    shard: &mut Option<&mut F::Shard>,
    position: Position<'_>,
) -> Result<(), Damaged> {
    for _ in 0..input.number()? {
        let record = input.saved()?;
        shard.iter_mut().for_each(|shard| F::apply(shard, &record, position));
    }
    Ok(())
}

impl Folds {
    /// Applies consecutive parts, all shards side by side.
    fn apply_encoded(
        &mut self,
        parts: &[Encoded],
        packets: u64,
        keep_names: bool,
    ) -> Result<Vec<Names>, Damaged> {
        let records: Result<Vec<_>, Damaged> = parts.iter().map(Encoded::of_shards).collect();
        let (mut paths, mut positions) = (Paths::default(), Vec::new());
        for (part, number) in parts.iter().zip(0..) {
            let before = part.before.saturating_add(packets);
            let (media, own) = part.shared()?;
            self.media.note(&media, before);
            let places = own.map(|own| paths.places(&own));
            positions.push((Position { before, part: number, media: None }, places));
        }
        let (shards, media) = self.shards();
        let records = records?;
        let apply = |(number, mut shard): (usize, Shards<'_>)| {
            let mut packets = Packets::new();
            let records = records.iter().map(|shards| shards.get(number).copied());
            for ((position, paths), records) in positions.iter().zip(records) {
                let Some(records) = records.filter(|records| !records.is_empty()) else { continue };
                let position = Position { media: Some(media), ..*position };
                let shared = Shared { position, paths: paths.as_deref(), keep_names };
                shard.apply(&mut packets, records, shared)?;
            }
            Ok(shard.packets.counted)
        };
        let shards = shards.into_par_iter().enumerate().with_max_len(1);
        let counted: Result<Vec<Counted>, Damaged> = shards.map(apply).collect();
        counted?.iter().for_each(|counted| self.named_paths.count(counted.named(&paths.all)));
        self.settle();
        Ok(if keep_names { self.noted(parts.len()) } else { Vec::new() })
    }

    /// The shards of all folds, and what was announced.
    fn shards(&mut self) -> (Vec<Shards<'_>>, &Announced) {
        let mut tcp = shards_of(&mut self.tcp);
        let mut flows = shards_of(&mut self.flows);
        let mut datagrams = shards_of(&mut self.datagrams);
        let mut echo = shards_of(&mut self.echo);
        let mut dns = shards_of(&mut self.dns);
        let mut quic = shards_of(&mut self.quic);
        let mut dtls = shards_of(&mut self.dtls);
        let shard = |_| {
            let (tcp, flows, datagrams) = (tcp.next(), flows.next(), datagrams.next());
            let counted = Counted::default();
            let packets = packets::Shards { tcp, flows, datagrams, counted };
            let (echo, dns, quic, dtls) = (echo.next(), dns.next(), quic.next(), dtls.next());
            Shards { packets, echo, dns, quic, dtls }
        };
        ((0..SHARDS).map(shard).collect(), &self.media)
    }

    /// Settles each fold after a batch.
    fn settle(&mut self) {
        settle(&mut self.tcp);
        settle(&mut self.flows);
        settle(&mut self.datagrams);
        settle(&mut self.echo);
        settle(&mut self.dns);
        settle(&mut self.quic);
        settle(&mut self.dtls);
    }
}

fn shards_of<F: Fold>(fold: &mut Option<Folded<F>>) -> impl Iterator<Item = &mut F::Shard> {
    fold.iter_mut().flat_map(|fold| &mut fold.shards)
}

fn settle<F: Fold>(fold: &mut Option<Folded<F>>) {
    if let Some(fold) = fold {
        F::settle(&mut fold.shards, &mut fold.opened);
        fold.reserve();
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_bytes(Whole)
    }
}

/// Copies bytes.
struct Whole;

impl Visitor<'_> for Whole {
    type Value = Bytes;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes.to_vec()))
    }
}
