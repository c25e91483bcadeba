//! Numbers of packets and streams in six bytes: a million streams keep several of each.

use serde::{Deserialize, Serialize};

/// A number below 2^48: more packets than a petabyte has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number([u16; 3]);

impl Number {
    /// The number.
    pub fn get(self) -> u64 {
        let [low, middle, high] = self.0.map(u64::from);
        high << 32 | middle << 16 | low
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Number {
        Number([number as u16, (number >> 16) as u16, (number >> 32) as u16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_a_limit_are_kept() {
        for number in [0, 1, 0xFFFF, 0x1_0000, 0x1234_5678_9ABC, (1 << 48) - 1] {
            assert_eq!(Number::from(number).get(), number);
        }
        assert_eq!(size_of::<Number>(), 6);
    }
}
