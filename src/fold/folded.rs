//! The state of one fold, and how records change it.

use super::application::announce::Announced;
use super::dealt::{Dealt, Spare};
use super::{Fold, Position, SHARDS, Settings};
use crate::engine::memory::{Budget, MemoryUse, Reservation};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::sync::Arc;

/// Number of records that a shard gets, its place, and the shard.
type Work<'w, F> = (usize, usize, &'w mut <F as Fold>::Shard);

/// Below this many records other workers are not woken: most captures of a directory are short.
const WORTH_SHARING: usize = 4096;

/// State of one fold: all its shards.
#[derive(Debug)]
pub struct Folded<F: Fold> {
    /// The shards.
    pub shards: Vec<F::Shard>,
    /// State that all shards share; see [`Fold::settle`].
    pub(super) opened: u64,
    /// Lists for parts.
    pub(super) spare: Spare<F>,
    reservation: Option<Reservation>,
}

impl<F: Fold> Folded<F> {
    /// A fold over no record.
    pub fn new(settings: &Settings, budget: &Arc<Budget>) -> Folded<F> {
        let shards = (0..SHARDS).map(|_| F::shard(settings)).collect();
        Folded {
            shards,
            opened: 0,
            spare: Spare::default(),
            reservation: Some(Reservation::new(budget)),
        }
    }

    /// Applies the records of consecutive parts, each with the number of packets before it, on all
    /// workers.
    pub fn apply(&mut self, parts: Vec<(Dealt<F>, u64)>, media: &Announced) {
        let lists = |place: usize| parts.iter().map(move |(dealt, _)| dealt.shards.get(place));
        let own = |(place, shard)| {
            let count: usize = lists(place).flatten().map(Vec::len).sum();
            (count > 0).then_some((count, place, shard))
        };
        let apply = |(_, place, shard): Work<'_, F>| {
            for ((part, list), (_, before)) in (0..).zip(lists(place)).zip(&parts) {
                let position = Position { before: *before, part, media: Some(media) };
                list.into_iter().flatten().for_each(|record| F::apply(shard, record, position));
            }
        };
        let mut work: Vec<_> = self.shards.iter_mut().enumerate().filter_map(own).collect();
        if work.iter().map(|(count, ..)| count).sum::<usize>() < WORTH_SHARING {
            work.into_iter().for_each(apply);
        } else {
            // The longest work begins first.
            work.sort_unstable_by_key(|(count, ..)| Reverse(*count));
            work.into_par_iter().with_max_len(1).for_each(apply);
        }
        self.spare.put(parts.into_iter().map(|(dealt, _)| dealt));
        F::settle(&mut self.shards, &mut self.opened);
        self.reserve();
    }

    /// Reserves the memory that is held now.
    pub fn reserve(&mut self) {
        let (entries, bytes) = self
            .shards
            .iter()
            .map(F::memory)
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        if let Some(reservation) = &mut self.reservation {
            reservation.resize(MemoryUse::of(F::GROWTH, entries, bytes));
        }
    }
}

/// Millions of streams take a while to be freed: a worker does it once it has nothing else to do, so
/// that what follows need not wait.
impl<F: Fold> Drop for Folded<F> {
    fn drop(&mut self) {
        if rayon::current_thread_index().is_some() {
            let held = (std::mem::take(&mut self.shards), self.reservation.take());
            rayon::spawn(move || drop(held));
        }
    }
}
