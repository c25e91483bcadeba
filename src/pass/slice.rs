//! `--packets A..B`: packets by number within their input, both ends included.

use super::selected::Condition;
use crate::dissect::packet::Packet;
use std::str::FromStr;

/// Packet numbers from 1, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    first: u64,
    last: u64,
}

impl FromStr for Slice {
    type Err = String;

    /// Reads `A..B`, `A..`, `..B` or `A`.
    fn from_str(text: &str) -> Result<Slice, String> {
        let wrong =
            || format!("'{text}' is not a range of packet numbers such as 10..20, 10.. or ..20");
        let number = |text: &str, default| match text.trim() {
            "" => Ok(default),
            text => text.parse().map_err(|_| wrong()),
        };
        let (first, last) = match text.split_once("..") {
            Some((first, last)) => (number(first, 1)?, number(last, u64::MAX)?),
            None => {
                let only = text.trim().parse().map_err(|_| wrong())?;
                (only, only)
            }
        };
        if first == 0 || last < first {
            return Err(format!("'{text}': packets count from 1, the lower number first"));
        }
        Ok(Slice { first, last })
    }
}

impl Condition for Slice {
    #[inline]
    fn selects(&self, _: &Packet<'_>, number: u64) -> bool {
        (self.first - 1..self.last).contains(&number)
    }

    fn needs_number(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_end_may_be_missing_and_both_are_included() {
        let selected = |text: &str| {
            let slice: Slice = text.parse().unwrap();
            (0..6).filter(|number| slice.selects(&Packet::empty(), *number)).collect::<Vec<_>>()
        };
        assert_eq!(selected("2..4"), [1, 2, 3]);
        assert_eq!(selected("3.."), [2, 3, 4, 5]);
        assert_eq!(selected("..2"), [0, 1]);
        assert_eq!(selected(".."), [0, 1, 2, 3, 4, 5]);
        assert_eq!(selected(" 5 "), [4]);
        for wrong in ["", "a..b", "0..3", "4..2", "1...2", "-1..2", "1..99999999999999999999"] {
            assert!(wrong.parse::<Slice>().is_err(), "{wrong}");
        }
    }
}
