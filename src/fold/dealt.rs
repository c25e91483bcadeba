//! Records of one part of a capture, dealt to the shards of a fold.
//!
//! A worker uses the lists of its parts again, and frees itself what their records own: others would
//! have to wait for the part of the allocator that they were taken from.

use super::{Fold, SHARDS, Settings};
use crate::dissect::packet::Packet;
use std::sync::{Arc, Mutex, PoisonError};

/// Records of a shard that a part has room for once it has one.
const FIRST_RECORDS: usize = 64;

/// Room that a list keeps although it used less than a quarter of it, in records.
const ROOM: usize = 2 * FIRST_RECORDS;

/// Parts that wait to be used again, for each worker: as many as a batch has.
const MOST_SPARE: usize = 2;

/// Records of one part, by shard.
#[derive(Debug)]
pub struct Dealt<F: Fold> {
    pub(super) shards: Vec<Vec<F::Record>>,
    /// Records that were applied and own memory.
    applied: Vec<Vec<F::Record>>,
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
    /// A part without records, of this worker if there is one.
    pub fn take(&self) -> Dealt<F> {
        let worker = rayon::current_thread_index();
        let spare = {
            // A worker that panics leaves whole parts.
            let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let own = parts.iter().rposition(|part| part.worker == worker);
            own.map(|own| parts.swap_remove(own)).or_else(|| parts.pop())
        };
        let mut part = spare.unwrap_or_default();
        part.applied.iter_mut().for_each(empty);
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
        let lists = || (0..SHARDS).map(|_| Vec::new()).collect();
        Dealt { shards: lists(), applied: lists(), worker: None, recent: F::Recent::default() }
    }
}

/// The records of a part for one shard.
#[derive(Debug)]
pub struct List<'a, R> {
    records: &'a mut Vec<R>,
    applied: Option<&'a mut Vec<R>>,
}

impl<R> List<'_, R> {
    /// Number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Takes the records after `apply`; those that own memory are freed by the worker that dealt
    /// them.
    pub fn apply(self, owns: impl Fn(&R) -> bool, apply: impl FnMut(&R)) {
        self.records.iter().for_each(apply);
        if let Some(applied) = self.applied {
            let used = self.records.len();
            applied.extend(self.records.drain(..).filter(owns));
            give_back(self.records, used);
        } else {
            empty(self.records);
        }
    }
}

/// Empties a list.
fn empty<R>(records: &mut Vec<R>) {
    let used = records.len();
    records.clear();
    give_back(records, used);
}

/// Frees the memory of an empty list of which `used` records were a small part.
fn give_back<R>(records: &mut Vec<R>, used: usize) {
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

    /// The records of each shard.
    pub fn lists(&mut self) -> impl Iterator<Item = List<'_, F::Record>> {
        let mut applied = self.applied.iter_mut();
        self.shards.iter_mut().map(move |records| List { records, applied: applied.next() })
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
