//! Times that are gathered over records: samples of a duration, and the span of timestamps.

use crate::capture::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Number, sum, least and greatest of durations in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Samples {
    /// Number of durations.
    pub count: u64,
    /// Their sum.
    pub sum: i128,
    extent: Option<(i128, i128)>,
}

impl Samples {
    /// Adds the time from `from` to `to`, if both are known.
    pub fn note(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) {
        if let Some((from, to)) = from.zip(to) {
            let sample = to.total_nanoseconds() - from.total_nanoseconds();
            self.merge(&Samples { count: 1, sum: sample, extent: Some((sample, sample)) });
        }
    }

    /// Adds other samples.
    pub fn merge(&mut self, other: &Samples) {
        self.count += other.count;
        self.sum += other.sum;
        self.extent = widest(self.extent, other.extent);
    }

    /// The least of them. None if there are none.
    pub fn least(&self) -> Option<i128> {
        self.extent.map(|(least, _)| least)
    }

    /// The greatest of them. None if there are none.
    pub fn greatest(&self) -> Option<i128> {
        self.extent.map(|(_, greatest)| greatest)
    }
}

/// Least and greatest timestamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span(pub Option<(Timestamp, Timestamp)>);

impl Span {
    /// The span of one packet. Empty if it has no time.
    pub fn of(time: Option<Timestamp>) -> Span {
        Span(time.map(|time| (time, time)))
    }

    /// The least timestamp.
    pub fn first(self) -> Option<Timestamp> {
        self.0.map(|(first, _)| first)
    }

    /// The greatest timestamp.
    pub fn last(self) -> Option<Timestamp> {
        self.0.map(|(_, last)| last)
    }

    /// Widens the span to one more packet.
    pub fn note(&mut self, time: Option<Timestamp>) {
        self.merge(Span::of(time));
    }

    /// Widens the span to another.
    pub fn merge(&mut self, other: Span) {
        self.0 = widest(self.0, other.0);
    }
}

fn widest<T: Ord>(one: Option<(T, T)>, two: Option<(T, T)>) -> Option<(T, T)> {
    match (one, two) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, two) => one.or(two),
    }
}
