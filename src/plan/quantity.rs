//! Quantities of the command line: a number and a unit.

use crate::expect::unit_shift;

/// The value of an option that is a duration.
pub(super) fn nanoseconds(option: &str, text: &str) -> Result<u64, String> {
    match duration(text) {
        Some(0) => Err(format!("{option} {text}: no time at all; write a duration such as 100ms")),
        Some(nanoseconds) => Ok(nanoseconds),
        None => Err(format!("{option} {text}: not a duration such as 100ms, 1.5s, 1m30s")),
    }
}

/// Numbers and units as nanoseconds: `100ms`, `1.5s`, `1m30s`. A number alone is
/// seconds.
fn duration(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 9] = [
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("", 1_000_000_000),
        ("m", 60_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    let (mut rest, mut total) = (text.trim(), 0_u64);
    while !rest.is_empty() {
        let number = |c: char| c.is_ascii_digit() || c == '.';
        let (digits, after) = rest.split_at(rest.find(|c| !number(c)).unwrap_or(rest.len()));
        let after = after.trim_start();
        let unit = after.split_at(after.find(number).unwrap_or(after.len())).0;
        let nanoseconds = UNITS.iter().find(|(name, _)| *name == unit.trim())?.1;
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric(decimals) || decimals.is_empty() || decimals.len() > 9 {
            return None;
        }
        let billionths: u128 = format!("{decimals:0<9}").parse().ok()?;
        let fraction = u64::try_from(billionths * u128::from(nanoseconds) / 1_000_000_000).ok()?;
        let amount = whole.parse::<u64>().ok()?.checked_mul(nanoseconds)?.checked_add(fraction)?;
        total = total.checked_add(amount)?;
        rest = after.get(unit.len()..)?.trim_start();
    }
    Some(total).filter(|_| !text.trim().is_empty())
}

/// The value of an option that is a size.
///
/// # Errors
/// A message that names the option.
pub fn bytes(option: &str, text: &str) -> Result<u64, String> {
    size(text).ok_or_else(|| format!("{option} {text}: not a size such as 65536, 64k, 2M"))
}

/// The value of `--max-memory`. A small number without a unit is not meant as bytes.
///
/// # Errors
/// A message that names the option.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    const LEAST: u64 = 64 << 10;
    match (split(text), bytes("--max-memory", text)?) {
        ((Some(number), ""), bytes) if bytes < LEAST => Err(format!(
            "--max-memory {text}: that is {number} bytes; write a unit, as in {number}M or {number}G"
        )),
        (_, bytes) => Ok(bytes),
    }
}

/// A number and a binary unit as bytes, at least one.
fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text);
    number?.checked_mul(1 << unit_shift(unit)?).filter(|bytes| *bytes > 0)
}

fn split(text: &str) -> (Option<u64>, &str) {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    (number.parse().ok(), unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        assert_eq!(duration("1s"), Some(1_000_000_000));
        assert_eq!(duration("100ms"), Some(100_000_000));
        assert_eq!(duration("5 m"), Some(300_000_000_000));
        assert_eq!(duration("1.5s"), Some(1_500_000_000));
        assert_eq!(duration("1m30s"), Some(90_000_000_000));
        assert_eq!(duration("0.5"), Some(500_000_000));
        assert_eq!(duration("0s"), Some(0));
        for wrong in ["", "s", "-1s", "1w", "1.s", ".5s", "1..5s", "1s x", "99999999999d"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_take_binary_units() {
        assert_eq!(size("64"), Some(64));
        assert_eq!(size("64k"), Some(65_536));
        assert_eq!(size("2MiB"), Some(2 << 20));
        assert_eq!(size("1GB"), Some(1 << 30));
        assert_eq!(memory("1k"), Ok(1024));
        assert_eq!(memory("100000"), Ok(100_000));
        assert!(memory("20").is_err_and(|message| message.contains("as in 20M or 20G")));
        for wrong in ["", "0", "k", "1x", "99999999999T"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }
}
