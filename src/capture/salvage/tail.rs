//! Memory of which records near the end of a file lead to its end, and which to damage: each place
//! is read once, however many records are in doubt.

use super::super::walk::Format;
use super::AHEAD;
use super::view::View;
use std::sync::{Mutex, PoisonError};

/// Outcomes of reading on without judgement, shared by all walks of a capture.
#[derive(Debug, Default)]
pub struct Tail(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Offset of the end of the file, and of the file header of the records.
    of: (u64, u64),
    to_the_end: Offsets,
    to_damage: Offsets,
}

impl Tail {
    /// True if all that follows the start of `view` can be read as a walk without judgement reads it,
    /// and that is not far. `header` is the offset of the file header.
    pub(in super::super) fn is_readable<F: Format>(&self, view: &View<'_, F>, header: u64) -> bool {
        let (start, end) = (view.base, view.end());
        if !view.complete || end - start > AHEAD {
            return false;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.of != (end, header) {
            *known = Known { of: (end, header), ..Known::default() };
        }
        let (mut at, mut outcome) = (start, None);
        while outcome.is_none() {
            let from_end = end - at;
            outcome = match () {
                () if from_end == 0 || known.to_the_end.has(from_end) => Some(true),
                () if known.to_damage.has(from_end) => Some(false),
                () => None,
            };
            if outcome.is_none() {
                match view.next(at) {
                    Some(next) => at = next,
                    None => outcome = Some(false),
                }
            }
        }
        let is_readable = outcome == Some(true);
        let (last, mut at) = (at, start);
        let set = if is_readable { &mut known.to_the_end } else { &mut known.to_damage };
        set.insert(end - at);
        while let Some(next) = (at < last).then(|| view.next(at)).flatten() {
            at = next;
            set.insert(end - at);
        }
        is_readable
    }
}

/// A set of numbers up to [`AHEAD`].
#[derive(Debug, Default)]
struct Offsets(Vec<u64>);

impl Offsets {
    fn has(&self, number: u64) -> bool {
        self.0.get((number / 64) as usize).is_some_and(|bits| bits & (1 << (number % 64)) != 0)
    }

    fn insert(&mut self, number: u64) {
        let place = (number / 64) as usize;
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        self.0.get_mut(place).into_iter().for_each(|bits| *bits |= 1 << (number % 64));
    }
}
