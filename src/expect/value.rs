//! Values with units, and cells, as numbers in units of 10^-9.

/// The unit of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number.
    None,
    /// Bytes, with binary units: `64k`, `1.5MiB`.
    Bytes,
    /// Seconds, with units of time: `100ms`, `1m30s`.
    Seconds,
    /// A point in time: RFC 3339 or seconds since 1970.
    Time,
}

const BILLION: i128 = 1_000_000_000;

impl Unit {
    /// Reads a value as typed.
    pub fn parse(self, text: &str) -> Option<i128> {
        match self {
            Unit::None => decimal(text),
            Unit::Bytes => bytes(text),
            Unit::Seconds => seconds(text),
            Unit::Time => time(text).or_else(|| decimal(text)),
        }
    }

    /// The way to read a cell: without units.
    pub fn of_cells(self) -> fn(&str) -> Option<i128> {
        match self {
            Unit::Time => |text| Unit::Time.parse(text),
            Unit::None | Unit::Bytes | Unit::Seconds => decimal,
        }
    }

    /// A value of this unit, for messages.
    pub fn example(self) -> &'static str {
        match self {
            Unit::None => "number such as 1000",
            Unit::Bytes => "size such as 1500, 64k, 2M",
            Unit::Seconds => "duration such as 90, 1.5s, 1m30s",
            Unit::Time => "time such as 2023-11-14T22:13:20Z",
        }
    }
}

/// A decimal number with at most nine digits after the point that count.
fn decimal(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let whole = whole.parse::<i128>().ok()?.checked_mul(BILLION)?;
    Some(sign * whole.checked_add(fraction.parse().ok()?)?)
}

/// The number at the start of a text, and the rest.
fn number(text: &str) -> Option<(i128, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((decimal(number)?, rest))
}

fn bytes(text: &str) -> Option<i128> {
    let (number, unit) = number(text)?;
    number.checked_mul(1 << unit_shift(unit)?)
}

/// The power of two of a unit of bytes: none, `k`, `KiB`, `M`, … None if it is no unit.
pub fn unit_shift(unit: &str) -> Option<u32> {
    let unit = unit.trim().to_ascii_lowercase();
    Some(match unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(&unit) {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    })
}

fn seconds(text: &str) -> Option<i128> {
    if let Some(seconds) = decimal(text) {
        return Some(seconds);
    }
    let (mut total, mut rest) = (0i128, text.trim());
    while !rest.is_empty() {
        let (count, after) = number(rest)?;
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let nanoseconds = match unit {
            "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => BILLION,
            "m" | "min" => 60 * BILLION,
            "h" => 3_600 * BILLION,
            "d" => 86_400 * BILLION,
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(nanoseconds)? / BILLION)?;
        rest = after.trim_start();
    }
    (!text.trim().is_empty()).then_some(total)
}

/// RFC 3339 with `Z` or an offset, or a date alone, as nanoseconds since 1970.
fn time(text: &str) -> Option<i128> {
    let (date, clock) = match text.split_once(['T', 't', ' ']) {
        Some((date, clock)) => (date, clock),
        None => (text, "00:00:00Z"),
    };
    let fields = |text: &str, separator, lengths: [usize; 3]| -> Option<[i128; 3]> {
        let parts: Vec<&str> = text.split(separator).collect();
        let fits = parts.len() == 3 && parts.iter().zip(lengths).all(|(part, l)| part.len() == l);
        let number = |at: usize| parts.get(at)?.parse::<u32>().ok().map(i128::from);
        if fits { Some([number(0)?, number(1)?, number(2)?]) } else { None }
    };
    let [year, month, day] = fields(date, '-', [4, 2, 2])?;
    let zone_at = clock.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = clock.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !in_range {
        return None;
    }
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes =
                hours.parse::<u8>().ok()? as i128 * 60 + minutes.parse::<u8>().ok()? as i128;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + (minute - offset) * 60 + second;
    Some(seconds * BILLION + decimal(&format!("0.{fraction}"))?)
}

fn days_of_month(year: i128, month: i128) -> i128 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i128::from(leap),
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day is the last.
fn days(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        assert_eq!(decimal("1.5"), Some(1_500_000_000));
        assert_eq!(decimal("-0.000000001"), Some(-1));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX as i128 * BILLION));
        for wrong in ["", ".", ".5", "1e3", "+1", "1.5.", "--1", "9".repeat(40).as_str()] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_and_durations() {
        assert_eq!(bytes("64k"), Some(65_536 * BILLION));
        assert_eq!(bytes("1.5 MiB"), Some(3 << 19).map(|bytes: i128| bytes * BILLION));
        assert_eq!(seconds("1m30s"), Some(90 * BILLION));
        assert_eq!(seconds("1.5"), Some(1_500_000_000));
        assert_eq!(seconds("100 ms"), Some(100_000_000));
        for wrong in ["", "k", "1x", "1 m s", "m"] {
            assert_eq!((bytes(wrong), seconds(wrong)), (None, None), "{wrong}");
        }
    }

    #[test]
    fn times() {
        assert_eq!(time("2023-11-14T22:13:20Z"), Some(1_700_000_000 * BILLION));
        assert_eq!(time("2023-11-14T22:13:20.000001000Z"), Some(1_700_000_000 * BILLION + 1_000));
        assert_eq!(time("2023-11-14T23:13:20+01:00"), Some(1_700_000_000 * BILLION));
        assert_eq!(time("2000-02-29"), Some(951_782_400 * BILLION));
        assert_eq!(time("0000-01-01T00:00:00Z"), Some(-62_167_219_200 * BILLION));
        for wrong in ["", "2023-11-14T22:13:20", "2023-13-14", "2023-02-29", "2023-11-14T25:00:00Z"]
        {
            assert_eq!(time(wrong), None, "{wrong}");
        }
    }
}
