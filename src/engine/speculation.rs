//! Speculative walks and their verification.
//!
//! Workers take segments in file order, guess where the first record of each begins, and walk. A
//! run is accepted once the run before it ended exactly where this one began; a wrong guess is
//! walked again from the right place. Accepted runs are handed on at once, while later segments are
//! still being walked, so no run waits for the last one. A guess costs time, never correctness.

use super::claims::Claims;
use super::pass::Part;
use super::run::Run;
use super::walker::Walker;
use crate::capture::Position;
use crate::capture::salvage::Before;
use rayon::Scope;
use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Unconditional restarts: the remaining segments are walked again now that the interface list is
/// known.
const RESTARTS: usize = 3;

/// Later restarts happen only if at least one in this many of the remaining segments was accepted
/// since the last one.
const WORTH_RESTARTING: usize = 8;

/// Guessed start of a run, and the run. None if no start was found.
type Guess<P> = Option<(Position, Run<P>)>;

/// Use of accepted runs.
pub struct Taking<A, T> {
    /// Segments that are walked before the runs of earlier ones are taken, at most.
    pub ahead: usize,
    /// Accepts the next run, in file order.
    pub accept: A,
    /// Takes accepted runs if there are enough of them and nobody else does; gives their number. It
    /// is called by every worker after each of its segments, until there is nothing to take.
    pub take: T,
}

/// Walks all segments from `start` and hands the verified runs to `accept` in file order, up to the
/// first fault. Workers in the middle assume the section state of `assumed`.
pub fn verified_runs<P: Part>(
    walker: &Walker<'_, '_, P>,
    segments: &[Range<u64>],
    start: Position,
    assumed: Position,
    accept: impl FnMut(Run<P>) -> ControlFlow<()> + Send,
) {
    let taking = Taking { ahead: usize::MAX, accept, take: || 0 };
    taken_runs(walker, segments, start, assumed, taking);
}

/// As [`verified_runs`], and has the accepted runs taken while it goes on.
pub fn taken_runs<P: Part>(
    walker: &Walker<'_, '_, P>,
    segments: &[Range<u64>],
    start: Position,
    mut assumed: Position,
    taking: Taking<impl FnMut(Run<P>) -> ControlFlow<()> + Send, impl Fn() -> usize + Sync>,
) {
    let Taking { ahead, accept, take } = taking;
    let claims = Claims::new(segments.len(), ahead);
    let mut verifier = Verifier {
        walker,
        segments,
        claims: &claims,
        next: 0,
        end: start,
        restarts: 0,
        accepted: 0,
        rewalked: 0,
        state: State::Goes,
        accept,
    };
    while verifier.next < segments.len() && verifier.state != State::Ended {
        verifier.state = State::Goes;
        claims.restart(verifier.next);
        let round = Round::new(verifier, &assumed, &take);
        rayon::scope(|scope| round.begin(scope));
        verifier = round.verifier.into_inner().unwrap_or_else(PoisonError::into_inner);
        if verifier.state == State::Goes {
            // All segments were verified, or the budget was exceeded.
            verifier.state = State::Ended;
        }
        // Only a restart goes on: the section state is that of the last accepted record.
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
    claims: &'w Claims,
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

/// A walk over all remaining segments until the last one, a restart or the end.
struct Round<'r, 'w, 'a, 's, P: Part, F, T> {
    walker: &'w Walker<'a, 's, P>,
    segments: &'w [Range<u64>],
    claims: &'w Claims,
    take: &'r T,
    assumed: &'r Position,
    /// Its first segment, and where that begins.
    first: (usize, Position),
    guesses: Vec<Mutex<Option<Guess<P>>>>,
    /// The segment to verify next.
    verified: AtomicUsize,
    cancelled: AtomicBool,
    verifier: Mutex<Verifier<'w, 'a, 's, P, F>>,
}

impl<'r, 'w, 'a, 's, P, F, T> Round<'r, 'w, 'a, 's, P, F, T>
where
    P: Part,
    F: FnMut(Run<P>) -> ControlFlow<()> + Send,
    T: Fn() -> usize + Sync,
{
    fn new(verifier: Verifier<'w, 'a, 's, P, F>, assumed: &'r Position, take: &'r T) -> Self {
        let Verifier { walker, segments, claims, next, .. } = verifier;
        Round {
            walker,
            segments,
            claims,
            take,
            assumed,
            first: (next, verifier.end.clone()),
            guesses: segments.iter().map(|_| Mutex::new(None)).collect(),
            verified: AtomicUsize::new(next),
            cancelled: AtomicBool::new(false),
            verifier: Mutex::new(verifier),
        }
    }

    fn begin<'b>(&'b self, scope: &Scope<'b>) {
        self.call(scope, 0);
        self.work(scope);
    }

    /// Calls workers into the walk once parts of `count` more segments were taken.
    fn call<'b>(&'b self, scope: &Scope<'b>, count: usize) {
        for _ in 0..self.claims.took(count) {
            scope.spawn(|scope| self.work(scope));
        }
    }

    /// Walks segment after segment. They are claimed in file order, so that the file is read from
    /// front to back.
    fn work<'b>(&'b self, scope: &Scope<'b>) {
        let Round { walker, cancelled, .. } = self;
        while let Some(number) = self.claims.next() {
            let Some(segment) = self.segments.get(number) else { break };
            if cancelled.load(Ordering::Relaxed) || walker.options.budget.is_exceeded() {
                break;
            }
            let from = if number == self.first.0 {
                Some(self.first.1.clone())
            } else {
                guess(walker, segment, self.assumed)
            };
            let run = from
                .map(|from| (from.clone(), walker.segment(segment.clone(), from, 0, cancelled)));
            if let Some(mut slot) = self.guess_of(number) {
                *slot = Some(run);
            }
            self.verify();
            loop {
                match (self.take)() {
                    0 => break,
                    taken => self.call(scope, taken),
                }
            }
        }
    }

    /// Verifies the runs that are ready. A worker that finds the verifier busy has put its run down
    /// before, and the busy one looks again after it has let go: no run is forgotten.
    fn verify(&self) {
        let is_ready = |number| self.guess_of(number).is_some_and(|guess| guess.is_some());
        while is_ready(self.verified.load(Ordering::Acquire)) {
            let Ok(mut verifier) = self.verifier.try_lock() else { return };
            while verifier.state == State::Goes {
                let Some(guess) = self.guess_of(verifier.next).and_then(|mut guess| guess.take())
                else {
                    break;
                };
                verifier.verify(guess);
                self.verified.store(verifier.next, Ordering::Release);
            }
            if verifier.state != State::Goes {
                self.cancelled.store(true, Ordering::Relaxed);
                return;
            }
        }
    }

    fn guess_of(&self, number: usize) -> Option<MutexGuard<'_, Option<Guess<P>>>> {
        self.guesses.get(number).map(lock)
    }
}

/// Locks what a panic of a worker leaves whole: it ends the whole walk.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
        let remaining = self.claims.after(self.next);
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
