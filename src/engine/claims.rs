//! Claims of workers on the segments of a walk, and how far a walk may be ahead of what takes its
//! parts.
//!
//! A worker that may not claim a segment leaves the walk, so that its pool has it help with taking.
//! Whoever has taken parts calls workers back. So nobody waits for the others to end a batch.

use super::speculation::lock;
use std::sync::Mutex;

/// Segments of a walk in file order: taken ones, claimed ones, and the others.
pub struct Claims {
    segments: usize,
    /// Claimed segments whose parts are not taken, at most.
    ahead: usize,
    workers: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The segment to claim next.
    next: usize,
    /// Number of segments whose parts were taken.
    taken: usize,
    /// Number of workers in the walk.
    walking: usize,
}

impl Claims {
    /// No claims on this number of segments.
    pub fn new(segments: usize, ahead: usize) -> Claims {
        let workers = rayon::current_num_threads();
        Claims { segments, ahead, workers, state: Mutex::default() }
    }

    /// Goes back to the segment `first`, with one worker in the walk.
    pub fn restart(&self, first: usize) {
        let mut state = lock(&self.state);
        (state.next, state.walking) = (first, 1);
    }

    /// The segment that a worker walks next. None if it has left the walk.
    pub fn next(&self) -> Option<usize> {
        let mut state = lock(&self.state);
        if self.free(&state) == 0 {
            state.walking -= 1;
            return None;
        }
        state.next += 1;
        Some(state.next - 1)
    }

    /// Notes that the parts of the next `count` segments were taken. Gives the number of workers
    /// that must enter the walk beside the caller.
    pub fn took(&self, count: usize) -> usize {
        let mut state = lock(&self.state);
        state.taken += count;
        let others = self.free(&state).saturating_sub(1);
        let called = self.workers.saturating_sub(state.walking).min(others);
        state.walking += called;
        called
    }

    /// Segments walked in vain, at most, if all after `first` were.
    pub fn after(&self, first: usize) -> usize {
        self.ahead.min(self.segments.saturating_sub(first))
    }

    /// Number of segments that may be claimed now.
    fn free(&self, state: &State) -> usize {
        self.segments.min(state.taken.saturating_add(self.ahead)).saturating_sub(state.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_is_never_further_ahead_than_it_may_and_workers_are_called_back() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
        let claims = pool.install(|| Claims::new(6, 3));
        claims.restart(0);
        assert_eq!(claims.took(0), 2, "others to begin with");
        assert_eq!((claims.next(), claims.next(), claims.next()), (Some(0), Some(1), Some(2)));
        assert_eq!((claims.next(), claims.next()), (None, None), "too far ahead");
        assert_eq!(claims.took(1), 0, "the caller claims what is free");
        assert_eq!(claims.took(2), 2);
        assert_eq!((claims.next(), claims.next(), claims.next()), (Some(3), Some(4), Some(5)));
        assert_eq!(claims.took(3), 0, "nothing is left");
        assert_eq!(claims.after(5), 1);
    }
}
