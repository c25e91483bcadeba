//! Packets and bits over time, and the longest times without a packet.

use crate::page::capture::Detail;
use crate::page::chart::area::{Area, area};
use crate::page::{rendered, text};
use crate::report::Report;
use crate::tally::timeline::Slot;
use askama::Template;

/// A gap is marked if it is at least this part of the whole time.
const LEAST_GAP: i128 = 25;

#[derive(Template)]
#[template(path = "time.html")]
struct Time<'a> {
    start: String,
    step: String,
    packets: &'a str,
    bits: &'a str,
    silences: Vec<Silence>,
    marked: bool,
}

struct Silence {
    duration: String,
    nanoseconds: i128,
    from: String,
    after_packet: String,
}

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let timeline = report.tallies.timeline.as_ref()?;
    let (steps, width) = steps(report, detail.points);
    let (start, span) = (timeline.start(), i128::from(width) * steps.len() as i128);
    if steps.len() < 2 {
        return None;
    }
    let per_second = |value: u64| value as f64 * 1e9 / width as f64;
    let rates = |of: fn(&Slot) -> u64| steps.iter().map(|slot| per_second(of(slot))).collect();
    let (packets, bits): (Vec<f64>, Vec<f64>) =
        (rates(|slot| slot.packets), rates(|slot| slot.wire_bytes.saturating_mul(8)));
    let gap = |(from, length): (i128, i128)| (from - start, from - start + length);
    let silences = timeline.silences();
    let long = |length: i128| length * LEAST_GAP >= span && length > i128::from(width) * 2;
    let gaps = silences.iter().map(|one| (one.from.total_nanoseconds(), one.nanoseconds));
    let gaps: Vec<(i128, i128)> = gaps.filter(|(_, length)| long(*length)).map(gap).collect();
    let chart = |class, label, values: &[f64], text| {
        area(&Area { class, label, values, start, span, gaps: &gaps, text })
    };
    let packets =
        chart("packets", "packets per second over time", &packets, |value| text::amount(value, ""));
    let bits = if detail.rows > 0 {
        chart("bits", "bits per second over time", &bits, |value| text::amount(value, "bit/s"))
    } else {
        String::new()
    };
    let silence = |one: &crate::tally::timeline::Silence| Silence {
        duration: text::duration(one.nanoseconds),
        nanoseconds: one.nanoseconds,
        from: text::time(one.from, 6),
        after_packet: text::count(one.after_packet + 1),
    };
    Some(rendered(&Time {
        start: text::time(crate::capture::time::Timestamp::from_total_nanoseconds(start), 3),
        step: text::duration(width.into()),
        packets: &packets,
        bits: &bits,
        silences: silences.iter().filter(|_| detail.rows > 0).map(silence).collect(),
        marked: !gaps.is_empty(),
    }))
}

/// The timeline of a report in at most so many steps, and the length of a step in nanoseconds. Few
/// packets have few steps: most would be empty.
pub fn steps(report: &Report, most: usize) -> (Vec<Slot>, u64) {
    /// Packets of a step, on average, and steps even of few packets.
    const PACKETS: u64 = 2;
    const LEAST: usize = 40;
    let Some(timeline) = &report.tallies.timeline else { return (Vec::new(), 1) };
    let slots: Vec<Slot> = timeline.slots().collect();
    let packets: u64 = slots.iter().map(|slot| slot.packets).sum();
    let enough = usize::try_from(packets / PACKETS).unwrap_or(usize::MAX).max(LEAST);
    let group = slots.len().div_ceil(most.min(enough).max(1)).max(1);
    let sum = |slots: &[Slot]| Slot {
        packets: slots.iter().map(|slot| slot.packets).sum(),
        wire_bytes: slots.iter().map(|slot| slot.wire_bytes).sum(),
    };
    (slots.chunks(group).map(sum).collect(), timeline.width() * group as u64)
}
