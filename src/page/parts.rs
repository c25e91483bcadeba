//! Captures that have a part of the page, and its detail: the worst first, as much as fits.

use super::capture::{Detail, part};
use super::findings::{Numbers, Order, Rank};
use crate::report::Report;
use std::collections::BTreeMap;

/// A bound of a part.
struct Level {
    /// Greatest length in bytes.
    bytes: usize,
    detail: Detail,
}

/// Of a single capture.
const ALONE: Level = Level { bytes: 600_000, detail: Detail { rows: 100, points: 600 } };

/// Of one among others, the most detailed first.
const LEVELS: [Level; 4] = [
    Level { bytes: 60_000, detail: Detail { rows: 20, points: 300 } },
    Level { bytes: 24_000, detail: Detail { rows: 8, points: 150 } },
    Level { bytes: 11_000, detail: Detail { rows: 3, points: 80 } },
    Level { bytes: 5_000, detail: Detail { rows: 0, points: 40 } },
];

/// Greatest number of captures with a part.
const MOST_CAPTURES: usize = 200;

/// Greatest length of all parts together.
const MOST_BYTES: usize = 620_000;

/// Parts of captures in every detail that may fit.
#[derive(Default)]
pub struct Parts {
    /// Of the only capture so far.
    alone: Option<String>,
    /// In order, empty where they cannot all fit.
    several: BTreeMap<Order, [String; LEVELS.len()]>,
    /// Length of all parts of a rank in each detail.
    bytes: BTreeMap<Rank, [usize; LEVELS.len()]>,
    /// All captures as one (`--total`).
    total: Option<String>,
}

impl Parts {
    /// Adds a capture.
    pub fn add(&mut self, order: Order, report: &Report, numbers: &Numbers) {
        let Order { rank, number, .. } = order;
        let of = |level: &Level| part(&id(number), report, numbers, level.bytes, level.detail);
        self.alone = (number == 1).then(|| of(&ALONE));
        let worse = self.several.range(..order).count();
        if worse < MOST_CAPTURES {
            let bytes = self.bytes.entry(rank).or_default();
            let mut parts: [String; LEVELS.len()] = Default::default();
            for (place, ((level, part), bytes)) in
                LEVELS.iter().zip(&mut parts).zip(bytes).enumerate()
            {
                // A worse capture that comes later takes the place of others in the least detail.
                if *bytes <= MOST_BYTES || place + 1 == LEVELS.len() {
                    *part = of(level);
                    *bytes += part.len();
                }
            }
            self.several.insert(order, parts);
        }
        if self.several.len() > MOST_CAPTURES {
            self.several.pop_last();
        }
    }

    /// Adds all captures as one.
    pub fn total(&mut self, report: &Report, numbers: &Numbers) {
        let [level, ..] = &LEVELS;
        self.total = Some(part("total", report, numbers, level.bytes, level.detail));
    }

    /// Numbers and parts of the captures, the worst first, as many as fit. Captures of one rank are
    /// equally detailed: so much that all others have a third of what is left, or no part.
    pub fn finish(&mut self) -> Vec<(usize, String)> {
        if let Some(alone) = self.alone.take() {
            return vec![(1, alone)];
        }
        let several = std::mem::take(&mut self.several);
        let mut left = MOST_BYTES.saturating_sub(self.total.as_ref().map_or(0, String::len));
        let mut chosen = Vec::new();
        for rank in Rank::ALL {
            let all = self.bytes.get(&rank).copied().unwrap_or_default();
            let bytes = |level: usize| all.get(level).copied().unwrap_or(0);
            let others = several.keys().any(|order| order.rank > rank);
            let share = if others { left / 3 * 2 } else { left };
            let fits = |level: &usize| bytes(*level) <= share;
            let level = (0..LEVELS.len()).find(fits).unwrap_or(LEVELS.len() - 1);
            left = left.saturating_sub(bytes(level));
            chosen.push((rank, level));
        }
        let mut left = MOST_BYTES.saturating_sub(self.total.as_ref().map_or(0, String::len));
        let parts = several.into_iter().filter_map(|(order, parts)| {
            let (_, level) = chosen.iter().find(|(known, _)| *known == order.rank)?;
            Some((order.number, parts.into_iter().nth(*level)?))
        });
        let fits = |(_, part): &(usize, String)| {
            let fits = !part.is_empty() && part.len() <= left;
            left = left.saturating_sub(part.len());
            fits
        };
        parts.take_while(fits).collect()
    }

    /// The part of all captures as one.
    pub fn take_total(&mut self) -> Option<String> {
        self.total.take()
    }
}

/// The place of a capture's part in links.
pub fn id(number: usize) -> String {
    format!("c{number}")
}
