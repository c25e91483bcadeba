//! Applying encoded records, each shard by one worker.

use super::super::application::named::Names;
use super::super::{Folds, Position, SHARDS};
use super::Encoded;
use super::few::Few;
use super::frames::{Counted, Paths};
use super::packets::{self, Packets, Shared};
use super::wire::{Damaged, Input};
use rayon::prelude::*;

/// One shard of every fold that is on.
type Shards<'a> = (packets::Shards<'a>, Few<'a>);

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
        let apply =
            |((number, (mut most, mut few)), packets): ((usize, Shards<'_>), &mut Packets)| {
                let records = records.iter().map(|shards| shards.get(number).copied());
                for ((position, paths, begins), records) in positions.iter().zip(records) {
                    if *begins {
                        *packets = Packets::default();
                    }
                    let Some(records) = records.filter(|records| !records.is_empty()) else {
                        continue;
                    };
                    let position = Position { media: Some(media), ..*position };
                    let shared = Shared { position, paths: paths.as_deref(), keep_names };
                    let mut input = Input(records);
                    packets.apply(&mut input, &mut most, shared)?;
                    few.apply(&mut input, position)?;
                }
                Ok(most.counted)
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
}
