//! Times of a capture: by the clock, or of a device that had none.

use crate::capture::time::Timestamp;

/// The years 1990 to 2099, in seconds since 1970.
const YEARS: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// True if a clock may have shown both times.
pub fn is_plausible((first, last): (Timestamp, Timestamp)) -> bool {
    YEARS.contains(&first.seconds) && YEARS.contains(&last.seconds)
}

/// Year and month of a day since 1970-01-01, in the proleptic Gregorian calendar.
///
/// Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day is the last of
/// its year.
pub fn month(day: i64) -> (i64, i64) {
    let days = day + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = ((5 * day_of_year + 2) / 153 + 2) % 12 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month)
}

/// The first day of a month, since 1970-01-01: the inverse of [`month`].
pub fn day(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_on_its_first_day() {
        assert_eq!((day(1970, 1), day(2000, 3), day(2024, 2)), (0, 11_017, 19_754));
        for number in 0..12 * 200 {
            let (year, of_year) = (1900 + number / 12, number % 12 + 1);
            let first = day(year, of_year);
            assert_eq!(month(first), (year, of_year));
            assert_ne!(month(first - 1), (year, of_year));
        }
    }
}
