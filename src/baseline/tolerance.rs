//! Tolerance: difference between two numbers, at most.

use crate::table::ColumnType;
use std::str::FromStr;

/// A share of the earlier number, in units of 10^-9.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerance(u64);

const ONE: u64 = 1_000_000_000;

impl FromStr for Tolerance {
    type Err = String;

    /// Reads a percentage: `5%`, `0.5%` or `5`.
    fn from_str(text: &str) -> Result<Tolerance, String> {
        let wrong = || format!("--tolerance {text}: not a percentage such as 5%");
        let percent = text.trim().trim_end_matches('%').trim_end();
        let billionths = billionths(percent).filter(|value| *value >= 0).ok_or_else(wrong)?;
        u64::try_from(billionths / 100).map(Tolerance).map_err(|_| wrong())
    }
}

impl Tolerance {
    /// True if a cell may change from `before` to `after`.
    pub fn allows(self, kind: ColumnType, before: &str, after: &str) -> bool {
        if before == after {
            return true;
        }
        let number = matches!(kind, ColumnType::Integer | ColumnType::Signed | ColumnType::Decimal);
        let (Some(before), Some(after)) = (billionths(before), billionths(after)) else {
            return false;
        };
        let allowed = before.unsigned_abs().checked_mul(u128::from(self.0));
        let differs = before.abs_diff(after).checked_mul(u128::from(ONE));
        number && differs.zip(allowed).is_some_and(|(differs, allowed)| differs <= allowed)
    }
}

/// A decimal number of at most 18 digits before and 9 after the point, in units of 10^-9.
fn billionths(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let fraction: i128 = format!("{fraction:0<9}").parse().ok()?;
    Some(sign * whole.parse::<i128>().ok()?.checked_mul(i128::from(ONE))?.checked_add(fraction)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_earlier_number() {
        let five: Tolerance = "5%".parse().unwrap();
        let allows = |before, after| five.allows(ColumnType::Integer, before, after);
        assert!(allows("100", "105") && allows("100", "95") && !allows("100", "106"));
        assert!(allows("0", "0") && !allows("0", "1"));
        assert!(!allows("", "1") && !allows("1", "") && allows("", ""));
        assert!(five.allows(ColumnType::Decimal, "1.000000000", "1.050000000"));
        assert!(!five.allows(ColumnType::Decimal, "1.000000000", "1.050000001"));
        assert!(!five.allows(ColumnType::Text, "100", "101"));
        assert!(!Tolerance::default().allows(ColumnType::Integer, "100", "101"));
    }

    #[test]
    fn percentages() {
        assert_eq!("0.5 %".parse(), Ok(Tolerance(5_000_000)));
        assert_eq!("100".parse(), Ok(Tolerance(ONE)));
        for wrong in ["", "%", "-1%", "five", "1e2"] {
            assert!(wrong.parse::<Tolerance>().is_err(), "{wrong}");
        }
    }
}
