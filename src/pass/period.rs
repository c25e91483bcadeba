//! `--from TIME` and `--to TIME`: packets at or after, and before, a time.
//!
//! Times are RFC 3339 with any offset, of which the offset (UTC) or the whole time (midnight) may be
//! missing, or seconds since 1970 with up to nine decimals. Packets without a timestamp are in no
//! period.

use super::selected::Condition;
use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;

/// A half-open interval of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    from: Timestamp,
    to: Timestamp,
}

impl Period {
    /// All times at or after one, as typed.
    ///
    /// # Errors
    /// If it is no time.
    pub fn from(text: &str) -> Result<Period, String> {
        Ok(Period { from: typed(text)?, to: Timestamp::MAX })
    }

    /// All times before one, as typed.
    ///
    /// # Errors
    /// If it is no time.
    pub fn to(text: &str) -> Result<Period, String> {
        Ok(Period { from: Timestamp::MIN, to: typed(text)? })
    }
}

/// Refuses a period that holds no time. Texts that are no times are for [`Period`] to refuse.
///
/// # Errors
/// A message that names the options.
pub fn in_order(from: &str, to: &str) -> Result<(), String> {
    match (time(from), time(to)) {
        (Some(start), Some(end)) if start >= end => {
            Err(format!("--to '{to}' is not after --from '{from}'"))
        }
        _ => Ok(()),
    }
}

fn typed(text: &str) -> Result<Timestamp, String> {
    time(text).ok_or_else(|| {
        format!("'{text}' is not a time such as 2026-01-31T12:00:00Z or 1769860800.5")
    })
}

/// A time as RFC 3339 or as decimal seconds since 1970. None if it is neither.
pub fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp::from_total_nanoseconds(time.as_nanosecond()));
    }
    // Digits alone are seconds.
    let is_date = text.get(4..5) == Some("-");
    if let (true, Ok(time)) = (is_date, text.parse::<jiff::civil::DateTime>()) {
        let time = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        return Some(Timestamp::from_total_nanoseconds(time.as_nanosecond()));
    }
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric(whole) || !numeric(decimals) || decimals.len() > 9 {
        return None;
    }
    let nanoseconds: i128 = format!("{decimals:0<9}").parse().ok()?;
    let seconds = i128::from(whole.parse::<i64>().ok()?);
    let total = seconds * 1_000_000_000 + nanoseconds;
    Some(Timestamp::from_total_nanoseconds(if negative { -total } else { total }))
}

impl Condition for Period {
    #[inline]
    fn selects(&self, packet: &Packet<'_>, _: u64) -> bool {
        packet.record.time.is_some_and(|time| self.from <= time && time < self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_or_seconds() {
        let nanoseconds = |text: &str| time(text).map(Timestamp::total_nanoseconds);
        assert_eq!(nanoseconds("1700000000.000001"), Some(1_700_000_000_000_001_000));
        assert_eq!(nanoseconds("2023-11-14T22:13:20.000001Z"), Some(1_700_000_000_000_001_000));
        assert_eq!(nanoseconds("2023-11-15T00:13:20+02:00"), Some(1_700_000_000_000_000_000));
        assert_eq!(nanoseconds("-1.5"), Some(-1_500_000_000));
        assert_eq!(nanoseconds("2023-11-14T22:13:20"), Some(1_700_000_000_000_000_000));
        assert_eq!(nanoseconds("2023-11-14 22:13:20.5"), Some(1_700_000_000_500_000_000));
        assert_eq!(nanoseconds("2023-11-14"), Some(1_699_920_000_000_000_000));
        assert_eq!(nanoseconds("20231114"), Some(20_231_114_000_000_000));
        for wrong in ["", "now", "2023-11", "20231114T", "1.", ".5", "1e9", "1.0000000001", "12:00"]
        {
            assert_eq!(nanoseconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_start_is_included_and_the_end_is_not() {
        let [from, to] = [Period::from("10").unwrap(), Period::to("12").unwrap()];
        let selected = |seconds| {
            let mut packet = Packet::empty();
            packet.record.time = seconds;
            from.selects(&packet, 0) && to.selects(&packet, 0)
        };
        let at = |seconds| Some(Timestamp { seconds, nanoseconds: 0 });
        assert_eq!(
            [9, 10, 11, 12].map(|seconds| selected(at(seconds))),
            [false, true, true, false]
        );
        assert!(!selected(None));
        assert!(Period::from("x").is_err_and(|message| message.contains("'x' is not a time")));
        assert!(in_order("12", "12").is_err() && in_order("10", "12").is_ok());
    }
}
