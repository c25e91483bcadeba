//! Speculative walks and their verification.
//!
//! Workers take segments in file order, guess where the first record of each begins, and walk. A
//! run is accepted once the run before it ended exactly where this one began; a wrong guess is
//! walked again from the right place. Accepted runs are handed on at once, while later segments are
//! still being walked, so no run waits for the last one. A guess costs time, never correctness.

use super::pass::Part;
use super::run::Run;
use super::walker::Walker;
use crate::capture::Position;
use crate::capture::salvage::Before;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Unconditional restarts: the remaining segments are walked again now that the interface list is
/// known.
const RESTARTS: usize = 3;

/// Later restarts happen only if at least one in this many of the remaining segments was accepted
/// since the last one.
const WORTH_RESTARTING: usize = 8;

/// Guessed start of a run, and the run. None if no start was found.
type Guess<P> = Option<(Position, Run<P>)>;

/// Walks all segments from `start` and hands the verified runs to `accept` in file order, up to the
/// first fault. Workers in the middle assume the section state of `assumed`.
pub fn verified_runs<P: Part>(
    walker: &Walker<'_, '_, P>,
    segments: &[Range<u64>],
    start: Position,
    assumed: Position,
    accept: impl FnMut(Run<P>) -> ControlFlow<()> + Send,
) {
    let mut verifier = Verifier {
        walker,
        segments,
        next: 0,
        end: start,
        restarts: 0,
        accepted: 0,
        rewalked: 0,
        state: State::Goes,
        accept,
    };
    let mut assumed = assumed;
    while verifier.next < segments.len() && verifier.state != State::Ended {
        verifier.state = State::Goes;
        verifier = round(verifier, &assumed);
        // Only a restart comes here: the section state is that of the last accepted record.
        assumed = verifier.end.clone();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Goes,
    Restarts,
    Ended,
}

/// Verification of the runs, in file order.
struct Verifier<'w, 'a, 's, P: Part, F> {
    walker: &'w Walker<'a, 's, P>,
    segments: &'w [Range<u64>],
    /// The segment to verify next.
    next: usize,
    /// End of the last accepted run.
    end: Position,
    restarts: usize,
    /// Guesses accepted since the last restart.
    accepted: usize,
    /// Segments walked in vain since the last accepted run.
    rewalked: u64,
    state: State,
    accept: F,
}

/// Has all remaining segments walked until the last one, a restart or the end.
fn round<'w, 'a, 's, P: Part, F: FnMut(Run<P>) -> ControlFlow<()> + Send>(
    verifier: Verifier<'w, 'a, 's, P, F>,
    assumed: &Position,
) -> Verifier<'w, 'a, 's, P, F> {
    let (walker, segments, first) = (verifier.walker, verifier.segments, verifier.next);
    let start = verifier.end.clone();
    let cancelled = AtomicBool::new(false);
    let claimed = AtomicUsize::new(first);
    let verified = AtomicUsize::new(first);
    let guesses: Vec<Mutex<Option<Guess<P>>>> = segments.iter().map(|_| Mutex::new(None)).collect();
    let guess_of = |number: usize| guesses.get(number).map(|guess| lock(guess));
    let verifier = Mutex::new(verifier);

    // Whoever finds the next run ready verifies it. A worker that finds the verifier busy has put
    // its run down before, and the busy one looks again after it has let go: no run is forgotten.
    let verify = || {
        while guess_of(verified.load(Ordering::Acquire)).is_some_and(|guess| guess.is_some()) {
            let Ok(mut verifier) = verifier.try_lock() else { return };
            while verifier.state == State::Goes {
                let Some(guess) = guess_of(verifier.next).and_then(|mut guess| guess.take()) else {
                    break;
                };
                verifier.verify(guess);
                verified.store(verifier.next, Ordering::Release);
            }
            if verifier.state != State::Goes {
                cancelled.store(true, Ordering::Relaxed);
                return;
            }
        }
    };
    let work = || {
        loop {
            // Segments are taken in file order, so that the file is read from front to back.
            let number = claimed.fetch_add(1, Ordering::Relaxed);
            let Some(segment) = segments.get(number) else { break };
            if cancelled.load(Ordering::Relaxed) || walker.options.budget.is_exceeded() {
                break;
            }
            let from =
                if number == first { Some(start.clone()) } else { guess(walker, segment, assumed) };
            let run = from
                .map(|from| (from.clone(), walker.segment(segment.clone(), from, 0, &cancelled)));
            if let Some(mut slot) = guess_of(number) {
                *slot = Some(run);
            }
            verify();
        }
    };
    rayon::scope(|scope| {
        for _ in 1..rayon::current_num_threads().min(segments.len() - first) {
            scope.spawn(|_| work());
        }
        work();
    });
    let mut verifier = verifier.into_inner().unwrap_or_else(PoisonError::into_inner);
    if verifier.state == State::Goes {
        // All segments were verified, or the budget was exceeded.
        verifier.state = State::Ended;
    }
    verifier
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Guesses where the first record of a segment begins.
fn guess<P: Part>(
    walker: &Walker<'_, '_, P>,
    segment: &Range<u64>,
    assumed: &Position,
) -> Option<Position> {
    let ranges = walker.ranges;
    let (from, until) = (ranges.offset(segment.start), ranges.offset(segment.end));
    super::guess(walker.capture, assumed, from, until)
}

impl<P: Part, F: FnMut(Run<P>) -> ControlFlow<()> + Send> Verifier<'_, '_, '_, P, F> {
    /// Accepts the next run, walks it again, or asks for a restart.
    fn verify(&mut self, guess: Guess<P>) {
        let Some(segment) = self.segments.get(self.next) else { return };
        let remaining = self.segments.len() - self.next;
        let other_section = guess
            .as_ref()
            .is_some_and(|(start, _)| start.offset == self.end.offset && *start != self.end);
        let worth = self.restarts < RESTARTS || self.accepted * WORTH_RESTARTING >= remaining;
        if other_section && worth {
            // The right place, but other interfaces, and so for all segments that follow.
            self.restarts += 1;
            self.accepted = 0;
            self.rewalked += remaining as u64;
            self.state = State::Restarts;
            return;
        }
        let mut run = match guess {
            Some((start, mut run)) if start == self.end && run.stands_after(self.end.before) => {
                self.accepted += 1;
                if run.end.before == Before::Unknown {
                    run.end.before = self.end.before;
                }
                run
            }
            guess => {
                drop(guess);
                // A record that spans the whole segment leaves nothing to walk again.
                let spanned = self.end.offset >= self.walker.ranges.offset(segment.end);
                self.rewalked += u64::from(!spanned);
                let never = AtomicBool::new(false);
                self.walker.segment(segment.clone(), self.end.clone(), 0, &never)
            }
        };
        run.walked.rewalked += std::mem::take(&mut self.rewalked);
        self.end = run.end.clone();
        self.next += 1;
        let ended = run.walked.fault.is_some() || self.walker.options.budget.is_exceeded();
        if (self.accept)(run).is_break() || ended {
            self.state = State::Ended;
        }
    }
}
