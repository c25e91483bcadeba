//! Marks in a chart over time: peaks with their values, gaps with their lengths.

use super::percent;
use crate::page::text;

/// Number of peaks that are marked.
const PEAKS: usize = 3;

/// Number of steps with packets below which a peak is one packet more.
const LEAST_STEPS: usize = 10;

/// A time without packets, after the start of the chart, in nanoseconds.
pub struct Gap {
    /// Its begin.
    pub from: i128,
    /// Its length.
    pub length: i128,
}

impl Gap {
    /// True if they have a time in common.
    pub fn overlaps(&self, other: &Gap) -> bool {
        self.from < other.from + other.length && other.from < self.from + self.length
    }
}

/// Place in percent of a time after the start.
pub fn share(after: i128, span: i128) -> f64 {
    if span > 0 { after as f64 * 100.0 / span as f64 } else { 0.0 }
}

/// Text nearer to an edge than some percent does not cross it.
pub fn anchor(percent: f64, near: f64) -> &'static str {
    match percent {
        _ if percent < near => "",
        _ if percent > 100.0 - near => r#" text-anchor="end""#,
        _ => r#" text-anchor="middle""#,
    }
}

/// Rectangles of gaps, to be drawn before the values, and the lengths of gaps where there is room. A
/// gap reaches into the steps at its ends.
pub fn gaps(gaps: &[Gap], span: i128, steps: usize, above: f64, height: f64) -> (String, String) {
    /// Widths of a letter and of the chart on a screen and on a phone, in pixels.
    const LETTER: f64 = 7.0;
    const SCREEN: f64 = 720.0;
    const PHONE: f64 = 270.0;
    let (mut rectangles, mut lengths) = (String::new(), String::new());
    for gap in gaps {
        let (from, width) = (share(gap.from, span), share(gap.length, span));
        rectangles += &format!(
            r#"<rect class="gap" x="{}%" y="{above}" width="{}%" height="{height}"/>"#,
            percent(from),
            percent(width)
        );
        let room = (width - 200.0 / steps.max(1) as f64) / 100.0;
        let length = text::duration(gap.length);
        let words = format!("no packets for {length}");
        let fits = |text: &str, all: f64| text.chars().count() as f64 * LETTER <= room * all;
        let (class, text) = match () {
            () if fits(&words, PHONE) => ("silence", &words),
            () if fits(&length, PHONE) => ("silence", &length),
            () if fits(&words, SCREEN) => ("silence odd", &words),
            () if fits(&length, SCREEN) => ("silence odd", &length),
            () => continue,
        };
        lengths += &format!(
            r#"<text class="{class}" text-anchor="middle" x="{}%" y="{}">{text}</text>"#,
            percent(from + width / 2.0),
            above + height - 10.0,
        );
    }
    (rectangles, lengths)
}

/// Circles at the peaks, and their values.
pub fn peaks(values: &[f64], y: impl Fn(f64) -> f64, text: fn(f64) -> String) -> String {
    let mut out = String::new();
    if values.iter().filter(|value| **value > 0.0).count() < LEAST_STEPS {
        return out;
    }
    for (number, (place, value)) in greatest(values).into_iter().enumerate() {
        let at = (place as f64 + 0.5) * 100.0 / values.len().max(1) as f64;
        let (x, at_y) = (percent(at), y(value));
        let (class, name) = if number == 0 { ("mark", "peak ") } else { ("mark odd", "") };
        out += &format!(
            r#"<circle class="peak" cx="{x}%" cy="{at_y:.1}" r="3.5"/><text class="{class}"{} x="{x}%" y="{:.1}">{name}{}</text>"#,
            anchor(at, 13.0),
            at_y - 8.0,
            text(value)
        );
    }
    out
}

/// Values that stand out, none next to another: place and value, the greatest first.
///
/// They are at least twice the mean and half the greatest; values that are all alike have no peak.
fn greatest(values: &[f64]) -> Vec<(usize, f64)> {
    let apart = (values.len() / 10).max(1);
    let some = || values.iter().copied().filter(|value| *value > 0.0);
    let (most, least) = (some().fold(0.0, f64::max), some().fold(f64::INFINITY, f64::min));
    let mean = some().sum::<f64>() / values.len().max(1) as f64;
    if most <= least {
        return Vec::new();
    }
    let stands_out = |value: f64| value >= mean * 2.0 && value * 2.0 >= most;
    let mut order: Vec<(usize, f64)> =
        values.iter().copied().enumerate().filter(|(_, value)| stands_out(*value)).collect();
    order.sort_by(|(_, one), (_, two)| two.total_cmp(one));
    let mut found: Vec<(usize, f64)> = Vec::new();
    for (place, value) in order {
        if found.len() < PEAKS && found.iter().all(|(known, _)| known.abs_diff(place) > apart) {
            found.push((place, value));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_stand_out() {
        assert_eq!(greatest(&[1.0, 0.0, 1.0, 0.0, 0.0]), []);
        assert_eq!(greatest(&[9.0, 10.0, 9.0, 10.0]), []);
        assert_eq!(greatest(&[0.0, 9.0, 1.0, 0.0, 0.0, 6.0, 5.0, 0.0]), [(1, 9.0), (5, 6.0)]);
        assert_eq!(greatest(&[]), []);
    }

    #[test]
    fn long_gaps_say_their_length() {
        let of = |length| gaps(&[Gap { from: 0, length }], 100_000_000_000, 500, 0.0, 1.0).1;
        assert_eq!(of(2_000_000_000), "");
        assert!(of(10_000_000_000).contains(r#"odd" text-anchor="middle" x="5%" y="-9">10.0"#));
        assert!(of(20_000_000_000).contains(r#""silence" text-anchor="middle" x="10%" y="-9">20"#));
        assert!(of(90_000_000_000).contains(">no packets for 1\u{a0}min\u{a0}30\u{a0}s<"));
    }
}
