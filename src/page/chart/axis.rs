//! Axes as a person would draw them: ticks at round values and round times.

use super::calendar;
use crate::capture::time::Timestamp;
use crate::page::clock;
use crate::page::text;

const SECOND: i128 = 1_000_000_000;
/// Nanoseconds of a day.
pub(super) const DAY: i128 = 86_400 * SECOND;

/// A span that is shorter counts from its start: the time of day would be told to the microsecond.
const BY_CLOCK: i128 = SECOND;

/// Round values from 0 up to one that is no less than the greatest, about four, `least` or more
/// apart.
pub fn values(greatest: f64, least: f64) -> Vec<f64> {
    let step = round(greatest / 4.0).max(least);
    let count = (greatest / step).ceil().clamp(0.0, 10.0) as u32;
    (0..=count).map(|number| f64::from(number) * step).collect()
}

/// The least of 1, 2 or 5 times a power of ten that is no less.
fn round(value: f64) -> f64 {
    let scale = 10_f64.powf(value.max(f64::MIN_POSITIVE).log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * scale);
    steps.into_iter().find(|step| *step >= value).unwrap_or(10.0 * scale)
}

/// Time along a chart.
#[derive(Debug)]
pub struct Times {
    /// Start of the chart, in nanoseconds since 1970.
    pub start: i128,
    /// Its length in nanoseconds.
    pub span: i128,
    /// Places after the start, in nanoseconds, and their texts.
    pub ticks: Vec<(i128, String)>,
    /// Clock or zero of these texts, and their date.
    pub title: String,
    /// True if they are times of the day or dates.
    pub by_clock: bool,
}

impl Times {
    /// Round times within a span, by the clock if it is long enough and a clock may have shown
    /// them, else after the first packet.
    pub fn of(start: i128, span: i128, first_packet: i128) -> Times {
        let time = Timestamp::from_total_nanoseconds;
        let plausible = clock::is_plausible((time(start), time(start + span)));
        if plausible && let Some(ticks) = calendar::ticks(start, span) {
            let ticks = ticks.into_iter().map(|(tick, text)| (tick - start, text));
            return Times { title: "date, UTC".into(), ..Times::with(start, span, ticks, true) };
        }
        if plausible && span >= BY_CLOCK {
            let step = step(span);
            let first = start.div_euclid(step) + i128::from(start.rem_euclid(step) > 0);
            let ticks = (first..first + 8).map(|number| number * step);
            let ticks = ticks.map(|tick| (tick - start, moment(tick, step)));
            return Times {
                title: dates(start, span, step),
                ..Times::with(start, span, ticks, true)
            };
        }
        let zero = if (start..start + span).contains(&first_packet) { first_packet } else { start };
        let step = step(span);
        let ticks = (0..8).map(|number| (zero - start + number * step, length(number * step)));
        let title = match plausible {
            true => format!("after the first packet, {} UTC", text::time(time(zero), 6)),
            false => "after the first packet: the capture has no clock times".into(),
        };
        Times { title, ..Times::with(start, span, ticks, false) }
    }

    fn with(
        start: i128,
        span: i128,
        ticks: impl Iterator<Item = (i128, String)>,
        by_clock: bool,
    ) -> Times {
        let ticks = ticks.filter(|(after, _)| *after <= span).collect();
        Times { start, span, ticks, title: String::new(), by_clock }
    }
}

/// A round time of which a span has about six.
fn step(span: i128) -> i128 {
    const STEPS: [i128; 18] = [
        1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
        86_400,
    ];
    let least = (span / 6).max(1);
    if least < SECOND {
        return round(least as f64) as i128;
    }
    let known = STEPS.iter().map(|step| step * SECOND).find(|step| *step >= least);
    known.unwrap_or_else(|| round(least as f64 / DAY as f64) as i128 * DAY)
}

/// A round length of time, without zeros that say nothing.
pub fn length(nanoseconds: i128) -> String {
    match nanoseconds {
        0 => "0".into(),
        _ if nanoseconds >= 10 * DAY => {
            format!("{}\u{a0}d", text::count(u64::try_from(nanoseconds / DAY).unwrap_or(u64::MAX)))
        }
        _ => text::round(&text::duration(nanoseconds)),
    }
}

/// The time of day or the date of a tick.
fn moment(nanoseconds: i128, step: i128) -> String {
    let time = text::time(Timestamp::from_total_nanoseconds(nanoseconds), 1);
    let part = match step {
        _ if step < SECOND => 11..21,
        _ if step < 60 * SECOND => 11..19,
        _ if step >= DAY => 0..10,
        // Midnight is a date.
        _ if nanoseconds.rem_euclid(DAY) == 0 => 5..10,
        _ => 11..16,
    };
    time.get(part).unwrap_or_default().to_string()
}

/// The part of the date that ticks by the clock leave out.
fn dates(start: i128, span: i128, step: i128) -> String {
    let date = |time: i128| {
        let text = text::time(Timestamp::from_total_nanoseconds(time), 0);
        text.get(..10).unwrap_or_default().to_string()
    };
    match (date(start), date(start + span - 1)) {
        _ if step >= DAY => "date, UTC".into(),
        (first, last) if first == last => format!("time of day on {first}, UTC"),
        (first, last) => format!("time of day from {first} to {last}, UTC"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(values(930.0, 0.0), [0.0, 500.0, 1000.0]);
        assert_eq!(values(1000.0, 0.0), [0.0, 500.0, 1000.0]);
        assert_eq!(values(4.1, 1.0), [0.0, 2.0, 4.0, 6.0]);
        // There is no half of a packet.
        assert_eq!(values(1.0, 1.0), [0.0, 1.0]);
        assert_eq!(values(0.0, 1.0), [0.0]);
        for greatest in 1..5000 {
            let ticks = values(f64::from(greatest), 1.0);
            assert!((2..=5).contains(&ticks.len()), "{greatest}: {ticks:?}");
            assert!(ticks.last().is_some_and(|last| *last >= f64::from(greatest)));
        }
    }

    fn texts(start: i128, span: i128) -> (Vec<String>, String) {
        let times = Times::of(start, span, start);
        let ticks = times.ticks.into_iter().map(|(_, text)| text.replace('\u{a0}', " "));
        (ticks.collect(), times.title)
    }

    /// A clock's times say their date once, all others that they have none.
    #[test]
    fn times_are_of_the_day_or_after_the_first_packet() {
        const START: i128 = 1_700_000_000 * SECOND;
        let (ticks, title) = texts(START, 100 * SECOND);
        assert_eq!(ticks[..2], ["22:13:20", "22:13:40"]);
        assert_eq!(title, "time of day on 2023-11-14, UTC");
        assert_eq!(texts(START, SECOND).0[..2], ["22:13:20.0", "22:13:20.2"]);
        let (ticks, title) = texts(START, 86_400 * SECOND);
        assert_eq!(ticks[..2], ["11-15", "06:00"]);
        assert_eq!(title, "time of day from 2023-11-14 to 2023-11-15, UTC");
        assert_eq!(texts(START, 40 * DAY).0[0], "2023-11-19");
        let (ticks, title) = texts(START + 5_000, SECOND / 100);
        assert_eq!(ticks[..3], ["0", "2 ms", "4 ms"]);
        assert_eq!(title, "after the first packet, 2023-11-14 22:13:20.000005 UTC");
        let (ticks, title) = texts(7 * SECOND, 100 * SECOND);
        assert_eq!(ticks[..5], ["0", "20 s", "40 s", "1 min", "1 min 20 s"]);
        assert_eq!(title, "after the first packet: the capture has no clock times");
        for span in [1, 2, 3, 17, SECOND - 1, DAY * 365 * 100, DAY * 365 * 9_000] {
            for start in [0, START] {
                let (ticks, _) = texts(start, span);
                assert!((1..=8).contains(&ticks.len()), "{span}: {ticks:?}");
            }
        }
    }
}
