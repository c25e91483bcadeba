//! Packets and bits over time, and the longest gaps between packets.

use crate::page::capture::Detail;
use crate::page::chart::area::{Area, area};
use crate::page::chart::axis::{self, Times};
use crate::page::chart::marks::Gap;
use crate::page::{rendered, text};
use crate::report::Report;
use crate::tally::timeline::{Silence, Slot};
use askama::Template;

/// A gap is marked if it is at least this part of the whole time.
const LEAST_GAP: i128 = 25;

/// Number of packets that are more than a list of times.
const LEAST_PACKETS: u64 = 3;

#[derive(Template)]
#[template(path = "time.html")]
struct Time<'a> {
    step: String,
    packets: &'a str,
    bits: &'a str,
    silences: Vec<Row>,
    marked: bool,
}

/// A gap between two packets.
struct Row {
    duration: String,
    nanoseconds: i128,
    from: String,
    after_packet: String,
}

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let timeline = report.tallies.timeline.as_ref()?;
    let Steps { slots, width, start } = steps(report, detail.points);
    let packets: u64 = slots.iter().map(|slot| slot.packets).sum();
    if slots.len() < 2 || packets < LEAST_PACKETS {
        return None;
    }
    let span = i128::from(width) * slots.len() as i128;
    let extent = report.tallies.totals.time_extent();
    let first = extent.map_or(start, |(first, _)| first.total_nanoseconds());
    let times = Times::of(start, span, first);
    // Gaps of regular traffic are no longer than others.
    let whole =
        extent.map_or(0, |(first, last)| last.total_nanoseconds() - first.total_nanoseconds());
    let mean = whole / i128::from(packets.saturating_sub(1).max(1));
    let silences: Vec<Silence> =
        timeline.silences().iter().copied().filter(|one| one.nanoseconds > mean * 2).collect();
    // Packets that are not in order of time may be within a silence.
    let is_empty = |one: &Silence| {
        let from = (one.from.total_nanoseconds() - start) / i128::from(width) + 1;
        let steps = one.nanoseconds / i128::from(width) - 1;
        let [from, steps] = [from, steps].map(|number| usize::try_from(number).unwrap_or(0));
        slots.iter().skip(from).take(steps).all(|slot| slot.packets == 0)
    };
    let long = |one: &&Silence| {
        one.nanoseconds * LEAST_GAP >= span
            && one.nanoseconds > i128::from(width) * 2
            && is_empty(one)
    };
    let gap =
        |one: &Silence| Gap { from: one.from.total_nanoseconds() - start, length: one.nanoseconds };
    let mut gaps: Vec<Gap> = Vec::new();
    for gap in silences.iter().filter(long).map(gap) {
        if gaps.iter().all(|known| !known.overlaps(&gap)) {
            gaps.push(gap);
        }
    }
    let counts: Vec<f64> = slots.iter().map(|slot| slot.packets as f64).collect();
    let packets = area(&Area {
        class: "packets",
        label: "packets over time",
        values: &counts,
        times: &times,
        gaps: &gaps,
        least: 1.0,
        unit: "packets",
        text: packets_text,
    });
    let rate = |slot: &Slot| slot.wire_bytes.saturating_mul(8) as f64 * 1e9 / width as f64;
    let rates: Vec<f64> = slots.iter().map(rate).collect();
    let bits = area(&Area {
        class: "bits",
        label: "bits per second over time",
        values: &rates,
        times: &times,
        gaps: &gaps,
        least: 0.0,
        unit: "bit/s",
        text: |value| text::amount(value, "bit/s"),
    });
    let row = |one: &Silence| Row {
        duration: text::duration(one.nanoseconds),
        nanoseconds: one.nanoseconds,
        from: text::time(one.from, 6),
        after_packet: text::count(one.after_packet + 1),
    };
    let detailed = detail.rows > 0;
    Some(rendered(&Time {
        step: axis::length(width.into()),
        packets: &packets,
        bits: if detailed { &bits } else { "" },
        silences: silences.iter().filter(|_| detailed).map(row).collect(),
        marked: !gaps.is_empty(),
    }))
}

/// A number of packets; thousands are rounded where there are many.
fn packets_text(value: f64) -> String {
    if value < 100_000.0 { text::count(value as u64) } else { text::amount(value, "") }
}

/// The timeline in steps of a round length.
pub struct Steps {
    /// Packets of each.
    pub slots: Vec<Slot>,
    /// Length of a step in nanoseconds.
    pub width: u64,
    /// Start of the first in nanoseconds since 1970: a multiple of the length.
    pub start: i128,
}

/// The timeline of a report in at most so many steps. Few packets have few steps: most would be
/// empty.
pub fn steps(report: &Report, most: usize) -> Steps {
    /// Packets of a step, on average, and steps even of few packets.
    const PACKETS: u64 = 2;
    const LEAST: usize = 40;
    let Some(timeline) = &report.tallies.timeline else {
        return Steps { slots: Vec::new(), width: 1, start: 0 };
    };
    let packets: u64 = timeline.slots().map(|slot| slot.packets).sum();
    let enough = usize::try_from(packets / PACKETS).unwrap_or(usize::MAX).max(LEAST);
    let most = most.min(enough).max(1);
    let narrow = timeline.width();
    let mut wide = narrow;
    // One more, as the first and the last may be parts of a step.
    while timeline.slots().len() as u128 * u128::from(narrow)
        > u128::from(wide) * (most as u128 - 1).max(1)
    {
        let Some(next) = wider(wide, narrow) else { break };
        wide = next;
    }
    let group = wide / narrow;
    let before = timeline.start().rem_euclid(wide.into());
    let start = timeline.start() - before;
    let skipped = usize::try_from(before / i128::from(narrow)).unwrap_or(0);
    let group = usize::try_from(group).unwrap_or(usize::MAX).max(1);
    let mut slots: Vec<Slot> = Vec::new();
    for (place, slot) in timeline.slots().enumerate() {
        let place = (place + skipped) / group;
        slots.resize((place + 1).max(slots.len()), Slot::default());
        if let Some(sum) = slots.get_mut(place) {
            sum.packets += slot.packets;
            sum.wire_bytes = sum.wire_bytes.saturating_add(slot.wire_bytes);
        }
    }
    Steps { slots, width: wide, start }
}

/// The next round length that is a multiple of another. None if there is none.
fn wider(width: u64, of: u64) -> Option<u64> {
    const SECOND: u64 = 1_000_000_000;
    const SECONDS: [u64; 14] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];
    const HOURS: [u64; 4] = [3, 6, 12, 24];
    let decades = |unit: u64| (0..18).filter_map(move |power| 10_u64.pow(power).checked_mul(unit));
    let steps = move |unit: u64| {
        decades(unit)
            .flat_map(|one| [1, 2, 5].into_iter().filter_map(move |step| one.checked_mul(step)))
    };
    let seconds = SECONDS.iter().map(|one| one * SECOND);
    let hours = HOURS.iter().map(|one| one * 3_600 * SECOND);
    let short = steps(1).take_while(|one| *one < SECOND);
    let mut all = short.chain(seconds).chain(hours).chain(steps(86_400 * SECOND));
    all.find(|one| *one > width && one.is_multiple_of(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::timeline::WIDTHS;

    #[test]
    fn every_width_has_round_multiples() {
        // The longest hold centuries, and end with the numbers.
        for of in &WIDTHS[..WIDTHS.len() - 2] {
            let (of, mut width) = (*of, *of);
            for _ in 0..3 {
                let next = wider(width, of);
                assert!(next.is_some_and(|next| next <= width * 10), "{width} of {of}: {next:?}");
                width = next.expect("a wider one");
            }
        }
        assert_eq!(wider(1_000_000, 1_000_000), Some(2_000_000));
        assert_eq!(wider(20_000_000_000, 20_000_000_000), Some(60_000_000_000));
    }
}
