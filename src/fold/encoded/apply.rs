//! Applying encoded records, each shard by one worker.

use super::super::application::announce::Announced;
use super::super::application::named::Names;
use super::super::dns::Dns;
use super::super::dtls::Dtls;
use super::super::echo::Echo;
use super::super::quic::Quic;
use super::super::{Fold, Folded, Folds, Position, SHARDS};
use super::Encoded;
use super::frames::{Counted, Paths};
use super::packets::{self, Packets, Shared};
use super::wire::{Damaged, Input};
use rayon::prelude::*;
use serde::de::DeserializeOwned;

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

/// State of the shards from batch to batch.
#[derive(Default)]
pub struct State(Vec<Packets>);

/// How records are applied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Those of all shards.
    All,
    /// The same, and the names of their packets are kept.
    Named,
    /// Those of one shard: streams get no numbers yet.
    OneShard,
}

impl Folds {
    /// Applies consecutive parts, all shards side by side.
    pub(super) fn apply_parts(
        &mut self,
        state: &mut State,
        parts: &[Encoded],
        packets: u64,
        how: How,
    ) -> Result<Vec<Names>, Damaged> {
        let records: Result<Vec<_>, Damaged> = parts.iter().map(Encoded::of_shards).collect();
        let (mut paths, mut positions) = (Paths::default(), Vec::new());
        for (part, number) in parts.iter().zip(0..) {
            let before = part.before.saturating_add(packets);
            let (media, own) = part.shared()?;
            self.media.note(&media, before);
            let places = own.map(|own| paths.places(&own));
            positions.push((Position { before, part: number, media: None }, places, part.begins));
        }
        let (shards, media) = self.shards();
        let records = records?;
        let keep_names = how == How::Named;
        let apply = |((number, mut shard), packets): ((usize, Shards<'_>), &mut Packets)| {
            let records = records.iter().map(|shards| shards.get(number).copied());
            for ((position, paths, begins), records) in positions.iter().zip(records) {
                if *begins {
                    *packets = Packets::default();
                }
                let Some(records) = records.filter(|records| !records.is_empty()) else { continue };
                let position = Position { media: Some(media), ..*position };
                let shared = Shared { position, paths: paths.as_deref(), keep_names };
                shard.apply(packets, records, shared)?;
            }
            Ok(shard.packets.counted)
        };
        state.0.resize_with(SHARDS, Packets::default);
        let shards = shards.into_par_iter().enumerate().zip(&mut state.0).with_max_len(1);
        let counted: Result<Vec<Counted>, Damaged> = shards.map(apply).collect();
        counted?.iter().for_each(|counted| self.named_paths.count(counted.named(&paths.all)));
        if how != How::OneShard {
            self.settle();
        }
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
}

fn shards_of<F: Fold>(fold: &mut Option<Folded<F>>) -> impl Iterator<Item = &mut F::Shard> {
    fold.iter_mut().flat_map(|fold| &mut fold.shards)
}
