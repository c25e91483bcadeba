//! Times of a row: RFC 3339 in UTC with nine decimals, empty beyond the years 0 to 9999.

use super::number::{nine_digits, pair};
use crate::capture::time::Timestamp;

const SECONDS_OF_DAY: i64 = 86_400;

/// From 0000-01-01 to 9999-12-31, in seconds since 1970.
pub(super) const TIMES: std::ops::Range<i64> =
    -719_528 * SECONDS_OF_DAY..2_932_897 * SECONDS_OF_DAY;

pub(super) fn write_time(time: Timestamp, out: &mut Vec<u8>) {
    TimeText::default().write(time, out);
}

/// Text of the second of a time, kept for the next one: rows of packets have many in a second.
#[derive(Clone, Debug, Default)]
pub struct TimeText(Option<(i64, [u8; 20])>);

impl TimeText {
    /// Writes a time.
    #[inline]
    pub fn write(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        let text = match self.0 {
            Some((seconds, text)) if seconds == time.seconds => text,
            _ if !TIMES.contains(&time.seconds) => return,
            _ => {
                let text = second_text(time.seconds);
                self.0 = Some((time.seconds, text));
                text
            }
        };
        let mut whole = [b'Z'; 30];
        whole[..20].copy_from_slice(&text);
        whole[20..29].copy_from_slice(&nine_digits(time.nanoseconds));
        out.extend_from_slice(&whole);
    }
}

/// Text of a time up to the decimal point.
fn second_text(seconds: i64) -> [u8; 20] {
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_OF_DAY));
    let second = seconds.rem_euclid(SECONDS_OF_DAY) as u32;
    let ([y0, y1], [y2, y3]) = (pair(year / 100), pair(year));
    let ([m0, m1], [d0, d1]) = (pair(month), pair(day));
    let ([h0, h1], [i0, i1], [s0, s1]) =
        (pair(second / 3600), pair(second / 60 % 60), pair(second % 60));
    [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1, b'.']
}

/// Year, month and day of the proleptic Gregorian calendar, of days since 1970-01-01 in the years 0
/// to 9999.
///
/// Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last of
/// its year.
fn civil(days: i64) -> (u32, u32, u32) {
    let days = (days + 719_468 + 146_097) as u32;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u32::from(month <= 2);
    (year.saturating_sub(400), month, day)
}
