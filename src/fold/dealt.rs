//! Records of one part of a capture, dealt to the shards of a fold.
//!
//! A worker uses the lists of its own parts again, and frees itself what their records own: others
//! would have to give it back to the heap of the worker that it was taken from.

use super::{Fold, SHARDS, Settings};
use crate::dissect::packet::Packet;
use std::sync::{Arc, Mutex, PoisonError};

/// Records of a shard that a part has room for once it has one.
const FIRST_RECORDS: usize = 64;

/// Room that a list keeps although it used less than a quarter of it, in records.
const ROOM: usize = 2 * FIRST_RECORDS;

/// Parts that wait to be used again, for each worker: of two batches, it may have walked most.
const MOST_SPARE: usize = 4;

/// Records of one part, by shard.
#[derive(Debug)]
pub struct Dealt<F: Fold> {
    pub(super) shards: Vec<Vec<F::Record>>,
    /// The worker that deals.
    worker: Option<usize>,
    recent: F::Recent,
}

/// Parts that were applied.
#[derive(Debug)]
pub struct Spare<F: Fold>(Arc<Mutex<Vec<Dealt<F>>>>);

impl<F: Fold> Default for Spare<F> {
    fn default() -> Self {
        Spare(Arc::default())
    }
}

impl<F: Fold> Clone for Spare<F> {
    fn clone(&self) -> Self {
        Spare(Arc::clone(&self.0))
    }
}

impl<F: Fold> Spare<F> {
    /// A part without records, one of this worker.
    pub fn take(&self) -> Dealt<F> {
        let worker = rayon::current_thread_index();
        let spare = {
            // A worker that panics leaves whole parts.
            let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let own = parts.iter().rposition(|part| part.worker == worker);
            own.map(|own| parts.swap_remove(own))
        };
        let mut part = spare.unwrap_or_default();
        part.shards.iter_mut().for_each(empty);
        (part.worker, part.recent) = (worker, F::Recent::default());
        part
    }

    /// Keeps parts that were applied.
    pub fn put(&self, applied: impl Iterator<Item = Dealt<F>>) {
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = (MOST_SPARE * rayon::current_num_threads()).saturating_sub(parts.len());
        parts.extend(applied.filter(|part| part.worker.is_some()).take(room));
    }
}

impl<F: Fold> Default for Dealt<F> {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Vec::new()).collect();
        Dealt { shards, worker: None, recent: F::Recent::default() }
    }
}

/// Frees the records of a list, and most of its memory if they were a small part of it.
fn empty<R>(records: &mut Vec<R>) {
    let used = records.len();
    records.clear();
    if records.capacity() > ROOM.max(used.saturating_mul(4)) {
        *records = Vec::new();
    }
}

impl<F: Fold> Dealt<F> {
    /// Deals the records of the next packet.
    #[inline]
    pub fn observe(&mut self, packet: &Packet<'_>, settings: &Settings) {
        let Dealt { shards, recent, .. } = self;
        F::records(packet, settings, recent, |shard, record| {
            if let Some(records) = shards.get_mut(shard) {
                if records.capacity() == 0 {
                    records.reserve(FIRST_RECORDS);
                }
                records.push(record);
            }
        });
    }

    /// Records dealt by `shard`.
    #[cfg(test)]
    pub fn of(records: &[F::Record], shard: impl Fn(&F::Record) -> usize) -> Dealt<F>
    where
        F::Record: Clone,
    {
        let mut dealt = Dealt::default();
        records.iter().for_each(|record| dealt.shards[shard(record)].push(record.clone()));
        dealt
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        let records: usize = self.shards.iter().map(Vec::capacity).sum();
        (records * size_of::<F::Record>()) as u64
    }
}
