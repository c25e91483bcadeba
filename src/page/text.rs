//! Numbers, sizes, times and names as people read them.

use crate::capture::time::Timestamp;
use crate::table::cell::Cell;
use crate::table::visible::visible;
use crate::terminal::units;
pub use crate::terminal::units::{count, counted};

/// Greatest number of characters of a capture's text.
const MOST_CHARACTERS: usize = 120;

/// A text of a capture: invisible characters shown, the middle left out if it is long.
pub fn name(text: &str) -> String {
    let text = visible(text);
    let count = text.chars().count();
    if count <= MOST_CHARACTERS {
        return text;
    }
    let half = MOST_CHARACTERS / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    format!("{head}…{tail}")
}

/// Three digits and a decimal prefix: `1.23 MB`, `340 kbit/s`.
pub fn amount(value: f64, unit: &str) -> String {
    const PREFIXES: [&str; 6] = ["", "k", "M", "G", "T", "P"];
    let (mut value, mut prefix) = (value, 0);
    while value >= 999.5 && prefix + 1 < PREFIXES.len() {
        (value, prefix) = (value / 1000.0, prefix + 1);
    }
    let unit = format!("{}{unit}", PREFIXES.get(prefix).copied().unwrap_or_default());
    let space = if unit.is_empty() { "" } else { "\u{a0}" };
    format!("{}{space}{unit}", digits(value, prefix == 0))
}

/// An amount that is round, without decimals that are zero: `1.00 MB` is `1 MB`.
pub fn round(amount: &str) -> String {
    let end = amount.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(amount.len());
    let (digits, unit) = amount.split_at(end);
    match digits.contains('.') {
        true => format!("{}{unit}", digits.trim_end_matches('0').trim_end_matches('.')),
        false => amount.into(),
    }
}

/// A size in bytes, as the overview of a terminal has it.
pub fn bytes(value: u64) -> String {
    unbroken(&units::bytes(value))
}

/// A text whose words stay on one line.
fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// Three digits; whole numbers below 1000 stay whole.
fn digits(value: f64, whole: bool) -> String {
    let decimals = match value {
        _ if whole && value.fract() == 0.0 => 0,
        // Of a small part, three digits.
        _ if value > 0.0 && value < 0.995 => {
            (2 - value.log10().floor() as i32).clamp(2, 9).unsigned_abs() as usize
        }
        _ if value >= 99.95 => 0,
        _ if value >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// A duration in nanoseconds, as the overview of a terminal has it.
pub fn duration(nanoseconds: i128) -> String {
    let sign = if nanoseconds < 0 { "−" } else { "" };
    format!("{sign}{}", unbroken(&units::duration(nanoseconds.unsigned_abs())))
}

/// A share of a whole: `12.3 %`.
pub fn share(part: u64, whole: u64) -> String {
    let percent = percent(part, whole);
    match part {
        0 => "0\u{a0}%".into(),
        _ if percent < 0.1 => "<\u{a0}0.1\u{a0}%".into(),
        _ if percent >= 99.95 => "100\u{a0}%".into(),
        _ => format!("{percent:.1}\u{a0}%"),
    }
}

/// A share of a whole in percent; 0 of nothing.
pub fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

/// A point in time, UTC: `2023-11-14 22:13:20`, with as many decimals as asked for.
pub fn time(time: Timestamp, decimals: usize) -> String {
    let text = Cell::time(Some(time)).to_text();
    let length = if decimals == 0 { 19 } else { 20 + decimals };
    text.get(..length).unwrap_or_default().replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_people_write_them() {
        assert_eq!([count(0), count(999), count(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!([amount(0.001234, "B"), amount(0.5, "")], ["0.00123\u{a0}B", "0.500"]);
        assert_eq!([round("1.00 MB"), round("200 kB"), round("0.50")], ["1 MB", "200 kB", "0.5"]);
        assert_eq!(counted(1, "packet"), "1 packet");
        assert_eq!(
            [bytes(0), bytes(999), bytes(1_500)],
            ["0\u{a0}B", "999\u{a0}B", "1.50\u{a0}kB"]
        );
        assert_eq!([bytes(999_600), amount(12.34, "")], ["1.00\u{a0}MB", "12.3"]);
        assert_eq!(duration(245_000_000_000), "4\u{a0}min\u{a0}5\u{a0}s");
        assert_eq!([duration(12_340), duration(0)], ["12.3\u{a0}µs", "0\u{a0}ns"]);
        assert_eq!([share(1, 3), share(1, 10_000)], ["33.3\u{a0}%", "<\u{a0}0.1\u{a0}%"]);
    }

    #[test]
    fn long_names_lose_their_middle() {
        let long = name(&"ab".repeat(500));
        assert_eq!(long.chars().count(), MOST_CHARACTERS + 1);
        assert!(long.contains('…') && name("a\u{202e}b") == "a\\u{202e}b");
    }
}
