//! Axes as a person would draw them: ticks at round values and round times.

use crate::capture::time::Timestamp;
use crate::page::text;

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// Round values from 0 up to a greatest one, about four.
pub fn values(greatest: f64) -> Vec<f64> {
    let step = round(greatest / 4.0);
    (0..).map(|number| f64::from(number) * step).take_while(|value| *value <= greatest).collect()
}

/// The least of 1, 2 or 5 times a power of ten that is no less.
fn round(value: f64) -> f64 {
    let scale = 10_f64.powf(value.max(f64::MIN_POSITIVE).log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * scale);
    steps.into_iter().find(|step| *step >= value).unwrap_or(10.0 * scale)
}

/// Round times within a span: how long after its start, in nanoseconds, and their text.
///
/// Short spans count from their start, long ones tell the time of day or the date, UTC.
pub fn times(start: i128, span: i128) -> Vec<(i128, String)> {
    /// A span with fewer than this many seconds counts from its start.
    const SHORT: i128 = 120;
    const STEPS: [i128; 18] = [
        1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
        86_400,
    ];
    let least = span / 6;
    if span < SHORT * SECOND {
        let step = round(least as f64) as i128;
        let ticks = (0..7).map(|number| number * step).filter(|tick| step > 0 && *tick <= span);
        return ticks.map(|tick| (tick, after(tick))).collect();
    }
    let known = STEPS.iter().map(|step| step * SECOND).find(|step| *step >= least);
    let step = known.unwrap_or_else(|| round(least as f64 / DAY as f64) as i128 * DAY);
    let first = start.div_euclid(step) + i128::from(start.rem_euclid(step) > 0);
    let ticks = (first..first + 8).map(|number| number * step - start);
    ticks.filter(|tick| *tick <= span).map(|tick| (tick, moment(start + tick, step))).collect()
}

/// A round time after the start, without zeros that say nothing.
fn after(nanoseconds: i128) -> String {
    if nanoseconds == 0 { "0".into() } else { text::round(&text::duration(nanoseconds)) }
}

/// The time of day or the date of a tick.
fn moment(nanoseconds: i128, step: i128) -> String {
    let time = text::time(Timestamp::from_total_nanoseconds(nanoseconds), 0);
    let part = match step {
        _ if step < 60 * SECOND => 11..19,
        _ if step >= DAY => 0..10,
        // Midnight is a date.
        _ if nanoseconds.rem_euclid(DAY) == 0 => 5..10,
        _ => 11..16,
    };
    time.get(part).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(values(930.0), [0.0, 500.0]);
        assert_eq!(values(1000.0), [0.0, 500.0, 1000.0]);
        assert_eq!(values(4.1), [0.0, 2.0, 4.0]);
        assert_eq!(values(0.0), [0.0]);
        for greatest in 1..5000 {
            let count = values(f64::from(greatest)).len();
            assert!((2..=5).contains(&count), "{greatest}: {count}");
        }
    }

    #[test]
    fn times_are_from_the_start_or_of_the_day() {
        let texts = |start: i128, span: i128| -> Vec<String> {
            times(start * SECOND, span * SECOND).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(
            texts(7, 100),
            ["0", "20 s", "40 s", "1 min", "1 min 20 s", "1 min 40 s"]
                .map(|text| text.replace(' ', "\u{a0}"))
        );
        assert_eq!(texts(1_700_000_000, 3_600)[0], "22:20");
        assert_eq!(texts(1_700_000_000, 86_400)[..2], ["11-15", "06:00"]);
        assert_eq!(texts(1_700_000_000, 86_400 * 40)[0], "2023-11-19");
        assert!(texts(0, 86_400 * 365 * 100).len() < 8);
    }
}
