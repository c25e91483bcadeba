//! Points in time and the clocks that stamp them: integer seconds and nanoseconds since 1970, UTC.
//!
//! pcap records carry seconds and a fraction; pcapng packets carry a count of units whose length
//! each interface states (`if_tsresol`, draft-ietf-opsawg-pcapng section 4.2: powers of ten or,
//! with the high bit, of two) and an offset (`if_tsoffset`). pcap-parser 0.17 reads neither powers
//! of two nor big-endian offsets, hence this module.

use serde::{Deserialize, Serialize};

const NANOSECONDS: u32 = 1_000_000_000;

/// A point in time, to the nanosecond, over all times that 64-bit units can express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(i64, u32)", into = "(i64, u32)")]
pub struct Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub seconds: i64,
    /// Nanoseconds after `seconds`, below 1,000,000,000.
    pub nanoseconds: u32,
}

impl Timestamp {
    /// Earlier than every time a capture can state.
    pub const MIN: Timestamp = Timestamp { seconds: i64::MIN, nanoseconds: 0 };
    /// Later than every time a capture can state.
    pub const MAX: Timestamp = Timestamp { seconds: i64::MAX, nanoseconds: NANOSECONDS - 1 };

    /// Seconds and a fraction in nanoseconds; a fraction of a second or more, which only a damaged
    /// capture has, is carried over.
    #[inline]
    pub fn new(seconds: i64, nanoseconds: u64) -> Timestamp {
        if nanoseconds < u64::from(NANOSECONDS) {
            return Timestamp { seconds, nanoseconds: nanoseconds as u32 };
        }
        Timestamp {
            seconds: seconds.saturating_add((nanoseconds / u64::from(NANOSECONDS)) as i64),
            nanoseconds: (nanoseconds % u64::from(NANOSECONDS)) as u32,
        }
    }

    /// Nanoseconds since 1970.
    pub fn total_nanoseconds(self) -> i128 {
        i128::from(self.seconds) * i128::from(NANOSECONDS) + i128::from(self.nanoseconds)
    }

    /// The inverse of [`Timestamp::total_nanoseconds`].
    pub fn from_total_nanoseconds(total: i128) -> Timestamp {
        let seconds = total.div_euclid(i128::from(NANOSECONDS));
        Timestamp {
            seconds: i64::try_from(seconds).unwrap_or(if seconds < 0 {
                i64::MIN
            } else {
                i64::MAX
            }),
            nanoseconds: total.rem_euclid(i128::from(NANOSECONDS)) as u32,
        }
    }
}

impl From<(i64, u32)> for Timestamp {
    fn from((seconds, nanoseconds): (i64, u32)) -> Timestamp {
        Timestamp::new(seconds, nanoseconds.into())
    }
}

impl From<Timestamp> for (i64, u32) {
    fn from(time: Timestamp) -> (i64, u32) {
        (time.seconds, time.nanoseconds)
    }
}

/// Units and offset in which an interface counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u8, i64)", into = "(u8, i64)")]
pub struct Clock {
    resolution: Resolution,
    /// Seconds that are added to every stamp.
    offset: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    Microseconds,
    Nanoseconds,
    /// Units of 10^-n seconds.
    Decimal(u8),
    /// Units of 2^-n seconds.
    Binary(u8),
}

impl Default for Clock {
    /// Microseconds since 1970, what an interface without options counts.
    fn default() -> Clock {
        Clock { resolution: Resolution::Microseconds, offset: 0 }
    }
}

impl From<(u8, i64)> for Clock {
    fn from((tsresol, offset): (u8, i64)) -> Clock {
        Clock::new(tsresol, offset)
    }
}

impl From<Clock> for (u8, i64) {
    fn from(Clock { resolution, offset }: Clock) -> (u8, i64) {
        let tsresol = match resolution {
            Resolution::Microseconds => 6,
            Resolution::Nanoseconds => 9,
            Resolution::Decimal(power) => power,
            Resolution::Binary(power) => 0x80 | power,
        };
        (tsresol, offset)
    }
}

impl Clock {
    /// From the raw value of `if_tsresol` and the seconds of `if_tsoffset`.
    pub fn new(tsresol: u8, offset: i64) -> Clock {
        let resolution = match tsresol {
            6 => Resolution::Microseconds,
            9 => Resolution::Nanoseconds,
            power if power & 0x80 == 0 => Resolution::Decimal(power),
            power => Resolution::Binary(power & 0x7F),
        };
        Clock { resolution, offset }
    }

    /// The length of its unit in seconds, as a power: `10^-6`, `2^-20`.
    pub fn resolution(self) -> String {
        match self.resolution {
            Resolution::Microseconds => "10^-6".into(),
            Resolution::Nanoseconds => "10^-9".into(),
            Resolution::Decimal(power) => format!("10^-{power}"),
            Resolution::Binary(power) => format!("2^-{power}"),
        }
    }

    /// The point in time at which this clock showed `units`.
    #[inline]
    pub fn time(self, units: u64) -> Timestamp {
        let (seconds, nanoseconds) = match self.resolution {
            Resolution::Microseconds => (units / 1_000_000, units % 1_000_000 * 1_000),
            Resolution::Nanoseconds => (units / 1_000_000_000, units % 1_000_000_000),
            Resolution::Decimal(power) => decimal(units, power),
            Resolution::Binary(power) => binary(units, power),
        };
        Timestamp::new((seconds as i64).saturating_add(self.offset), nanoseconds)
    }
}

fn decimal(units: u64, power: u8) -> (u64, u64) {
    match 10u128.checked_pow(u32::from(power)) {
        Some(per_second) => {
            let units = u128::from(units);
            let fraction = units % per_second;
            let nanoseconds = match power {
                0..=9 => fraction * 10u128.pow(u32::from(9 - power)),
                _ => fraction / 10u128.pow(u32::from(power) - 9),
            };
            ((units / per_second) as u64, nanoseconds as u64)
        }
        // Finer than 10^-38 seconds: no 64-bit count of them reaches a nanosecond.
        None => (0, 0),
    }
}

fn binary(units: u64, power: u8) -> (u64, u64) {
    let units = u128::from(units);
    let seconds = units.checked_shr(u32::from(power)).unwrap_or(0);
    let fraction = units - (seconds << power);
    // The fraction is below 2^64, so that its product with 10^9 stays below 2^94.
    (seconds as u64, ((fraction * u128::from(NANOSECONDS)) >> power) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_with_decimal_resolution_give_nanoseconds() {
        let at = |tsresol, units| Clock::new(tsresol, 0).time(units).total_nanoseconds();
        assert_eq!(at(6, 1_500_000), 1_500_000_000);
        assert_eq!(at(9, 1_500_000_000), 1_500_000_000);
        assert_eq!(at(3, 1_500), 1_500_000_000);
        assert_eq!(at(0, 7), 7_000_000_000);
        assert_eq!(at(12, 1_500_000_000_999), 1_500_000_000);
        assert_eq!(at(30, u64::MAX), 0);
        assert_eq!(at(127, u64::MAX), 0);
    }

    #[test]
    fn clocks_with_binary_resolution_give_nanoseconds() {
        let at = |power: u8, units| Clock::new(0x80 | power, 0).time(units).total_nanoseconds();
        assert_eq!(at(0, 3), 3_000_000_000);
        assert_eq!(at(1, 3), 1_500_000_000);
        assert_eq!(at(20, 3 << 19), 1_500_000_000);
        assert_eq!(at(63, u64::MAX), 1_999_999_999);
        assert_eq!(at(64, 1 << 63), 500_000_000);
        assert_eq!(at(127, u64::MAX), 0);
    }

    #[test]
    fn offsets_are_added_and_fractions_carry_into_seconds() {
        assert_eq!(
            Clock::new(6, -2).time(1_500_000),
            Timestamp { seconds: -1, nanoseconds: 500_000_000 }
        );
        assert_eq!(Clock::new(0, i64::MAX).time(u64::MAX >> 1).seconds, i64::MAX);
        assert_eq!(Timestamp::new(1, 2_000_000_001), Timestamp { seconds: 3, nanoseconds: 1 });
        let early = Timestamp { seconds: -1, nanoseconds: 999_999_999 };
        assert_eq!(Timestamp::from_total_nanoseconds(-1), early);
        assert_eq!(early.total_nanoseconds(), -1);
    }
}
