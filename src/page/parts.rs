//! Which captures have a part of the page, and how detailed: the worst first, as much as fits.

use super::capture::{Detail, part};
use super::findings::Rank;
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
const LEVELS: [Level; 3] = [
    Level { bytes: 60_000, detail: Detail { rows: 20, points: 300 } },
    Level { bytes: 20_000, detail: Detail { rows: 6, points: 120 } },
    Level { bytes: 3_000, detail: Detail { rows: 0, points: 60 } },
];

/// Number of captures with a part.
const MOST_CAPTURES: usize = 200;

/// Greatest length of all parts together.
const MOST_BYTES: usize = 620_000;

/// Parts of captures in every detail that may fit.
#[derive(Default)]
pub struct Parts {
    /// Of the only capture so far.
    alone: Option<String>,
    /// By rank and number.
    several: BTreeMap<(Rank, usize), [String; LEVELS.len()]>,
    /// All captures as one (`--total`).
    total: Option<String>,
}

impl Parts {
    /// Adds a capture, counted from 1.
    pub fn add(&mut self, number: usize, rank: Rank, report: &Report) {
        let of = |level: &Level| part(&id(number), report, level.bytes, level.detail);
        self.alone = (number == 1).then(|| of(&ALONE));
        let worse = self.several.range(..(rank, number)).count();
        if worse < MOST_CAPTURES {
            self.several.insert((rank, number), LEVELS.each_ref().map(of));
        }
        if self.several.len() > MOST_CAPTURES {
            self.several.pop_last();
        }
    }

    /// Adds all captures as one.
    pub fn total(&mut self, report: &Report) {
        let [level, ..] = &LEVELS;
        self.total = Some(part("total", report, level.bytes, level.detail));
    }

    /// Numbers and parts of the captures, the worst first. Captures of one rank are as detailed as
    /// leaves the others room for the least.
    pub fn finish(&mut self) -> Vec<(usize, String)> {
        if let Some(alone) = self.alone.take() {
            return vec![(1, alone)];
        }
        let several = std::mem::take(&mut self.several);
        let mut left = MOST_BYTES.saturating_sub(self.total.as_ref().map_or(0, String::len));
        let least = |parts: &[String]| parts.last().map_or(0, String::len);
        let mut others: usize = several.values().map(|parts| least(parts)).sum();
        let mut chosen = BTreeMap::new();
        for rank in Rank::ALL {
            let of_rank = || several.iter().filter(|((known, _), _)| *known == rank);
            others -= of_rank().map(|(_, parts)| least(parts)).sum::<usize>();
            let bytes = |level: usize| -> usize {
                of_rank().filter_map(|(_, parts)| parts.get(level)).map(String::len).sum()
            };
            let fits = |level: &usize| bytes(*level) + others <= left;
            let level = (0..LEVELS.len()).find(fits).unwrap_or(LEVELS.len() - 1);
            left = left.saturating_sub(bytes(level));
            chosen.insert(rank, level);
        }
        let mut bytes = self.total.as_ref().map_or(0, String::len);
        let parts = several.into_iter().filter_map(|((rank, number), parts)| {
            let level = chosen.get(&rank).copied()?;
            Some((number, parts.into_iter().nth(level)?))
        });
        let fits = |(_, part): &(usize, String)| {
            bytes += part.len();
            bytes <= MOST_BYTES
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
