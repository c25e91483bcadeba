//! Numbers for people: three significant digits and a unit of thousands, digits in groups.
//!
//! Integers alone, rounded half up, so that the same capture reads the same everywhere.

/// Units of bytes, each a thousand times the one before.
const BYTES: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
const BITS: [&str; 7] = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s", "Pbit/s", "Ebit/s"];

/// A number with its digits in groups of three: `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and a noun, in the plural unless it is one.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A size: `1.23 GB`.
pub fn bytes(number: u64) -> String {
    scaled(number.into(), 1, &BYTES)
}

/// Bits per second of bytes in nanoseconds. None in no time, and for less than 0.01.
pub fn bit_rate(bytes: u64, nanoseconds: u128) -> Option<String> {
    let bits = u128::from(bytes) * 8 * 1_000_000_000;
    is_rate(bits, nanoseconds).then(|| scaled(bits, nanoseconds, &BITS))
}

/// Packets per second. None in no time, and for less than 0.01.
pub fn packet_rate(packets: u64, nanoseconds: u128) -> Option<String> {
    let scaled_packets = u128::from(packets) * 1_000_000_000;
    is_rate(scaled_packets, nanoseconds).then(|| {
        match u64::try_from(scaled_packets / nanoseconds.max(1)) {
            Ok(whole @ 1000..) => format!("{} packets/s", count(whole)),
            _ => scaled(scaled_packets, nanoseconds, &["packets/s"]),
        }
    })
}

fn is_rate(dividend: u128, nanoseconds: u128) -> bool {
    nanoseconds > 0 && dividend.saturating_mul(100) >= nanoseconds
}

/// A share: `97.2 %`.
pub fn share(part: u64, whole: u64) -> String {
    let whole = u128::from(whole).max(1);
    let tenths = (u128::from(part) * 2000 + whole) / (2 * whole);
    match tenths {
        0 if part > 0 => "<0.1 %".into(),
        tenths => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// A duration in nanoseconds: `3.40 ms`, `12.3 s`, `4 min 45 s`, `2 d 3 h`.
pub fn duration(nanoseconds: u128) -> String {
    const SECOND: u128 = 1_000_000_000;
    const YEAR: u128 = 365 * 86_400;
    let seconds = (nanoseconds + SECOND / 2) / SECOND;
    let two = |large: u128, unit: &str, small: u128, part: &str| match small {
        0 => format!("{large} {unit}"),
        small => format!("{large} {unit} {small} {part}"),
    };
    match seconds {
        0..60 => scaled(nanoseconds, 1, &["ns", "µs", "ms", "s"]),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        86_400..YEAR => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
        _ => two(seconds / YEAR, "y", seconds % YEAR / 86_400, "d"),
    }
}

/// An address and a port as one text: `10.0.0.1:80`, `[::1]:80`.
pub fn endpoint(address: &str, port: &str) -> String {
    match (port.is_empty(), address.contains(':')) {
        (true, _) => address.into(),
        (false, true) => format!("[{address}]:{port}"),
        (false, false) => format!("{address}:{port}"),
    }
}

/// A quotient in the unit that leaves one to three digits before the point.
fn scaled(dividend: u128, divisor: u128, units: &[&str]) -> String {
    let mut divisor = divisor.max(1);
    let mut rest = units.iter();
    let mut unit = rest.next().copied().unwrap_or_default();
    let mut whole = true;
    // 999.5 would round to 1000.
    while dividend.saturating_mul(2) >= divisor.saturating_mul(1999) {
        let Some(next) = rest.next() else { break };
        (unit, divisor, whole) = (next, divisor.saturating_mul(1000), false);
    }
    let exact = dividend.is_multiple_of(divisor);
    let rounded = |scale: u128| (dividend.saturating_mul(2 * scale) + divisor) / (2 * divisor);
    match dividend / divisor {
        _ if whole && exact => format!("{} {unit}", dividend / divisor),
        _ if rounded(100) < 1000 => {
            format!("{}.{:02} {unit}", rounded(100) / 100, rounded(100) % 100)
        }
        _ if rounded(10) < 1000 => format!("{}.{} {unit}", rounded(10) / 10, rounded(10) % 10),
        _ => format!("{} {unit}", rounded(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_a_unit() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (12_345, "12.3 kB"),
            (999_499, "999 kB"),
            (999_500, "1.00 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(bytes(number), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(
            (counted(1, "packet"), counted(0, "packet")),
            ("1 packet".into(), "0 packets".into())
        );
        assert_eq!(bit_rate(125, 1_000_000_000).as_deref(), Some("1.00 kbit/s"));
        assert_eq!(bit_rate(125, 0), None);
        assert_eq!(packet_rate(3, 2_000_000_000).as_deref(), Some("1.50 packets/s"));
    }

    #[test]
    fn shares_and_durations_are_short() {
        assert_eq!(
            (share(1, 3), share(1, 100_000), share(0, 0)),
            ("33.3 %".into(), "<0.1 %".into(), "0.0 %".into())
        );
        for (nanoseconds, text) in [
            (0, "0 ns"),
            (1_500, "1.50 µs"),
            (12_345_678, "12.3 ms"),
            (59_400_000_000, "59.4 s"),
            (59_600_000_000, "1 min"),
            (285_000_000_000, "4 min 45 s"),
            (7_500_000_000_000, "2 h 5 min"),
            (183_600_000_000_000, "2 d 3 h"),
        ] {
            assert_eq!(duration(nanoseconds), text);
        }
    }
}
