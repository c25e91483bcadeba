//! Ticks of months and years, for charts of captures far apart.

use super::axis::DAY;
use crate::page::clock;

/// Months between two ticks, one of these.
const STEPS: [i64; 9] = [1, 2, 3, 6, 12, 24, 60, 120, 240];

/// Starts of months or years within a span, in nanoseconds since 1970, at most seven, and their texts.
/// None if days tell more.
pub fn ticks(start: i128, span: i128) -> Option<Vec<(i128, String)>> {
    const LEAST: i128 = 120 * DAY;
    if span < LEAST {
        return None;
    }
    let months = span / (30 * DAY) + 1;
    let step = STEPS.into_iter().find(|step| months / i128::from(*step) < 7).unwrap_or(1_200);
    let (year, month) = clock::month(i64::try_from(start.div_euclid(DAY)).ok()?);
    let first = (year * 12 + month - 1).div_euclid(step);
    let tick = |number: i64| {
        let months = number * step;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        let text = if step < 12 { format!("{year:04}-{month:02}") } else { format!("{year:04}") };
        (i128::from(clock::day(year, month)) * DAY, text)
    };
    let within = |(time, _): &(i128, String)| (start..=start + span).contains(time);
    Some((first..first + 9).map(tick).filter(within).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(year: i64, month: i64, days: i128) -> Vec<String> {
        let start = i128::from(clock::day(year, month)) * DAY + 1;
        let ticks = ticks(start, days * DAY).unwrap_or_default();
        ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn months_and_years_are_those_of_the_calendar() {
        assert_eq!(texts(2023, 11, 40), [""; 0]);
        assert_eq!(texts(2023, 11, 130), ["2023-12", "2024-01", "2024-02", "2024-03"]);
        assert_eq!(texts(2023, 11, 300), ["2024-01", "2024-03", "2024-05", "2024-07"]);
        assert_eq!(texts(2020, 3, 365 * 4), ["2021", "2022", "2023", "2024"]);
        assert_eq!(texts(1998, 1, 365 * 26), ["2000", "2005", "2010", "2015", "2020"]);
        assert_eq!(texts(1990, 1, 365 * 109), ["2000", "2020", "2040", "2060", "2080"]);
    }

    #[test]
    fn a_span_of_any_length_has_few_ticks() {
        for days in 120..45_000 {
            let ticks = texts(1990, 2, days);
            assert!((2..=7).contains(&ticks.len()), "{days}: {ticks:?}");
        }
    }
}
