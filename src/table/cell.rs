//! The values of a row, and their one text form, the same in every output format.
//!
//! Integers are exact, decimals have nine digits, times are RFC 3339 in UTC, booleans `true` and
//! `false`, unknown is empty. So are times beyond the years 0 to 9999, which RFC 3339 cannot
//! express. IPv6 addresses are RFC 5952 with the dotted forms of `inet_ntop`, as Wireshark prints
//! them.

use crate::capture::LinkType;
use crate::capture::time::Timestamp;
use crate::dissect::protocol::{Path, Protocol};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// Unknown or not applicable.
    Empty,
    /// A whole number.
    Integer(u64),
    /// A whole number that may be negative.
    Signed(i64),
    /// A decimal in units of 10^-9.
    Billionths(i128),
    /// `true` or `false`.
    Boolean(bool),
    /// A point in time.
    Time(Timestamp),
    /// Text that may hold any character.
    Text(&'a str),
    /// Text made for this row.
    Made(String),
    /// A MAC address.
    Mac([u8; 6]),
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
    /// A protocol.
    Protocol(Protocol),
    /// A packet's protocol path.
    Path(&'a Path),
    /// Layers of a protocol path.
    Layers(&'a [Protocol]),
    /// Link types joined by `+`.
    LinkTypes(Vec<LinkType>),
    /// VLAN ids joined by `+`.
    Vlans(&'a [u16]),
    /// TCP flags by their letters.
    TcpFlags(u16),
}

impl<'a> Cell<'a> {
    /// A number that may be unknown.
    pub fn integer(value: Option<impl Into<u64>>) -> Cell<'a> {
        value.map_or(Cell::Empty, |value| Cell::Integer(value.into()))
    }

    /// A time that may be unknown.
    pub fn time(value: Option<Timestamp>) -> Cell<'a> {
        value.filter(|time| TIMES.contains(&time.seconds)).map_or(Cell::Empty, Cell::Time)
    }

    /// The time between two, which may be unknown.
    pub fn duration(extent: Option<(Timestamp, Timestamp)>) -> Cell<'a> {
        extent.map_or(Cell::Empty, |(from, to)| {
            Cell::Billionths(to.total_nanoseconds() - from.total_nanoseconds())
        })
    }

    /// A quotient, rounded to nine digits. Empty if the divisor is zero.
    pub fn quotient(dividend: u128, divisor: u128) -> Cell<'a> {
        let scaled =
            dividend.checked_mul(1_000_000_000).and_then(|scaled| scaled.checked_add(divisor / 2));
        match scaled.and_then(|scaled| scaled.checked_div(divisor)) {
            Some(quotient) => i128::try_from(quotient).map_or(Cell::Empty, Cell::Billionths),
            None => Cell::Empty,
        }
    }

    /// A decimal in units of 10^-9 that may be unknown.
    pub fn billionths(value: Option<i128>) -> Cell<'a> {
        value.map_or(Cell::Empty, Cell::Billionths)
    }

    /// A mean in units of 10^-9; unknown of nothing.
    pub fn mean(sum: i128, count: u64) -> Cell<'a> {
        sum.checked_div(count.into()).map_or(Cell::Empty, Cell::Billionths)
    }

    /// An IP address.
    pub fn address(address: IpAddr) -> Cell<'a> {
        match address {
            IpAddr::V4(address) => Cell::Ipv4(address),
            IpAddr::V6(address) => Cell::Ipv6(address),
        }
    }

    /// Text that may be unknown.
    pub fn text(value: Option<&'a str>) -> Cell<'a> {
        value.map_or(Cell::Empty, Cell::Text)
    }

    /// True if the value's text is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match self {
            Cell::Empty | Cell::TcpFlags(0) => true,
            Cell::Text(text) => text.is_empty(),
            Cell::Made(text) => text.is_empty(),
            Cell::Path(path) => path.layers().is_empty(),
            Cell::Layers(layers) => layers.is_empty(),
            Cell::LinkTypes(types) => types.is_empty(),
            Cell::Vlans(ids) => ids.is_empty(),
            _ => false,
        }
    }

    /// The value without references: lists become their text.
    pub fn into_kept(self) -> Cell<'static> {
        match self {
            Cell::Empty => Cell::Empty,
            Cell::Integer(value) => Cell::Integer(value),
            Cell::Signed(value) => Cell::Signed(value),
            Cell::Billionths(value) => Cell::Billionths(value),
            Cell::Boolean(value) => Cell::Boolean(value),
            Cell::Time(value) => Cell::Time(value),
            Cell::Text(text) => Cell::Made(text.into()),
            Cell::Made(text) => Cell::Made(text),
            Cell::Mac(value) => Cell::Mac(value),
            Cell::Ipv4(value) => Cell::Ipv4(value),
            Cell::Ipv6(value) => Cell::Ipv6(value),
            Cell::Protocol(value) => Cell::Protocol(value),
            Cell::LinkTypes(value) => Cell::LinkTypes(value),
            Cell::TcpFlags(value) => Cell::TcpFlags(value),
            Cell::Path(_) | Cell::Layers(_) | Cell::Vlans(_) => Cell::Made(self.to_text()),
        }
    }

    /// The value's text.
    pub fn to_text(&self) -> String {
        let mut text = Vec::new();
        self.write(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Order of two values of one column: numbers as numbers, other values by their text.
    pub fn compare(&self, other: &Cell<'_>) -> Ordering {
        match (self, other) {
            (Cell::Time(one), Cell::Time(two)) => one.cmp(two),
            (Cell::Ipv4(one), Cell::Ipv4(two)) => one.cmp(two),
            (Cell::Ipv6(one), Cell::Ipv6(two)) => one.cmp(two),
            (Cell::Ipv4(_), Cell::Ipv6(_)) => Ordering::Less,
            (Cell::Ipv6(_), Cell::Ipv4(_)) => Ordering::Greater,
            (Cell::Made(one), Cell::Made(two)) => one.cmp(two),
            _ => match (self.number(), other.number()) {
                (Some(one), Some(two)) => one.cmp(&two),
                _ => self.to_text().cmp(&other.to_text()),
            },
        }
    }

    fn number(&self) -> Option<i128> {
        match *self {
            Cell::Integer(value) => Some(value.into()),
            Cell::Signed(value) => Some(value.into()),
            Cell::Billionths(value) => Some(value),
            Cell::Boolean(value) => Some(value.into()),
            _ => None,
        }
    }

    /// Writes the value's text.
    #[inline(always)]
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Cell::Empty => {}
            Cell::Integer(value) => write_integer(*value, out),
            Cell::Signed(value) => write_shown(value, out),
            Cell::Billionths(value) => write_billionths(*value, out),
            Cell::Boolean(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
            Cell::Time(time) => write_time(*time, out),
            Cell::Text(text) => out.extend_from_slice(text.as_bytes()),
            Cell::Made(text) => out.extend_from_slice(text.as_bytes()),
            Cell::Mac(mac) => write_mac(mac, out),
            Cell::Ipv4(address) => write_ipv4(address.octets(), out),
            Cell::Ipv6(address) => write_ipv6(*address, out),
            Cell::Protocol(protocol) => protocol.write(out),
            // Not by a call of this function: a recursive one is never inlined.
            Cell::Path(path) => write_layers(path.layers(), out),
            Cell::Layers(layers) => write_layers(layers, out),
            Cell::LinkTypes(types) => write_link_types(types, out),
            Cell::Vlans(ids) => {
                write_joined(ids, b'+', |id, out| write_integer(u64::from(*id), out), out)
            }
            Cell::TcpFlags(flags) => write_tcp_flags(*flags, out),
        }
    }
}

/// Each name once: some have several numbers.
fn write_link_types(types: &[LinkType], out: &mut Vec<u8>) {
    let mut known = HashSet::new();
    let names: Vec<String> =
        types.iter().map(ToString::to_string).filter(|name| known.insert(name.clone())).collect();
    out.extend_from_slice(names.join("+").as_bytes());
}

fn write_layers(layers: &[Protocol], out: &mut Vec<u8>) {
    write_joined(layers, b':', |protocol, out| protocol.write(out), out);
}

fn write_shown(value: &impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value}");
}

fn write_joined<T>(
    items: &[T],
    separator: u8,
    write: impl Fn(&T, &mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(separator);
        }
        write(item, out);
    }
}

/// Whole numbers, the short ones of which most columns are full by arrays of fixed length: these
/// compile to a few stores.
#[inline]
fn write_integer(value: u64, out: &mut Vec<u8>) {
    let short = value as u32;
    match value {
        0..=9 => out.push(b'0' + value as u8),
        10..=99 => out.extend_from_slice(&pair(short)),
        100..=999 => {
            let ([_, a], [b, c]) = (pair(short / 100), pair(short));
            out.extend_from_slice(&[a, b, c]);
        }
        1_000..=9_999 => {
            let ([a, b], [c, d]) = (pair(short / 100), pair(short));
            out.extend_from_slice(&[a, b, c, d]);
        }
        10_000..=99_999 => {
            let ([_, a], [b, c], [d, e]) = (pair(short / 10_000), pair(short / 100), pair(short));
            out.extend_from_slice(&[a, b, c, d, e]);
        }
        _ => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// The last two decimal digits.
#[inline]
fn pair(value: u32) -> [u8; 2] {
    static PAIRS: [[u8; 2]; 100] = {
        let (mut pairs, mut value) = ([[0; 2]; 100], 0);
        while value < 100 {
            pairs[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
            value += 1;
        }
        pairs
    };
    PAIRS[(value % 100) as usize]
}

/// Nine decimal digits of a number below 10^9.
#[inline]
fn nine_digits(value: u32) -> [u8; 9] {
    let [_, a] = pair(value / 100_000_000);
    let ([b, c], [d, e]) = (pair(value / 1_000_000), pair(value / 10_000));
    let ([f, g], [h, i]) = (pair(value / 100), pair(value));
    [a, b, c, d, e, f, g, h, i]
}

fn write_billionths(value: i128, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    let value = value.unsigned_abs();
    let whole = value / 1_000_000_000;
    match u64::try_from(whole) {
        Ok(whole) => write_integer(whole, out),
        Err(_) => write_shown(&whole, out),
    }
    out.push(b'.');
    out.extend_from_slice(&nine_digits((value % 1_000_000_000) as u32));
}

const SECONDS_OF_DAY: i64 = 86_400;

/// From 0000-01-01 to 9999-12-31, in seconds since 1970.
const TIMES: std::ops::Range<i64> = -719_528 * SECONDS_OF_DAY..2_932_897 * SECONDS_OF_DAY;

fn write_time(time: Timestamp, out: &mut Vec<u8>) {
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

const HEX: &[u8; 16] = b"0123456789abcdef";

fn write_mac(mac: &[u8; 6], out: &mut Vec<u8>) {
    static PAIRS: [[u8; 2]; 256] = {
        let (mut pairs, mut byte) = ([[0; 2]; 256], 0);
        while byte < 256 {
            pairs[byte] = [HEX[byte >> 4], HEX[byte & 15]];
            byte += 1;
        }
        pairs
    };
    let mut text = [b':'; 17];
    for (at, byte) in mac.iter().enumerate() {
        let [high, low] = PAIRS[usize::from(*byte)];
        (text[3 * at], text[3 * at + 1]) = (high, low);
    }
    out.extend_from_slice(&text);
}

/// Each octet followed by a dot, and its length in bytes.
static OCTETS: [([u8; 4], usize); 256] = {
    let mut octets = [([b'.'; 4], 0); 256];
    let mut value = 0;
    while value < 256 {
        let (hundreds, tens, ones) =
            (b'0' + (value / 100) as u8, b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8);
        octets[value] = match value {
            0..=9 => ([ones, b'.', b'.', b'.'], 2),
            10..=99 => ([tens, ones, b'.', b'.'], 3),
            _ => ([hundreds, tens, ones, b'.'], 4),
        };
        value += 1;
    }
    octets
};

fn write_ipv4(octets: [u8; 4], out: &mut Vec<u8>) {
    for octet in octets {
        let (text, length) = OCTETS[usize::from(octet)];
        let before = out.len();
        // All four bytes are written and what is too much taken back: shorter than copying the
        // right number.
        out.extend_from_slice(&text);
        out.truncate(before + length);
    }
    out.pop();
}

fn write_ipv6(address: Ipv6Addr, out: &mut Vec<u8>) {
    let words = address.segments();
    let (start, length) = longest_zeros(&words);
    // `::a.b.c.d` and `::ffff:a.b.c.d`, but not `::1` nor `::`, whose run of zeros is longer.
    let [.., a, b, c, d] = address.octets();
    if start == 0 && (length == 6 || (length == 5 && words[5] == 0xFFFF)) {
        out.extend_from_slice(if length == 6 { b"::" } else { b"::ffff:" });
        return write_ipv4([a, b, c, d], out);
    }
    for (number, word) in words.iter().enumerate() {
        if length > 1 && (start..start + length).contains(&number) {
            if number == start {
                out.extend_from_slice(b"::");
            }
            continue;
        }
        if number > 0 && !(length > 1 && number == start + length) {
            out.push(b':');
        }
        write_hexadecimal(*word, out);
    }
}

/// Start and length of the first of the longest runs of zero words.
fn longest_zeros(words: &[u16; 8]) -> (usize, usize) {
    let (mut best, mut run) = ((0, 0), (0, 0));
    for (number, word) in words.iter().enumerate() {
        run = if *word != 0 { (number + 1, 0) } else { (run.0, run.1 + 1) };
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

fn write_hexadecimal(word: u16, out: &mut Vec<u8>) {
    for shift in [12, 8, 4, 0] {
        if shift == 0 || word >> shift != 0 {
            out.push(HEX[usize::from(word >> shift & 15)]);
        }
    }
}

/// Every combination of flags by their letters, and how many letters that is.
static TCP_FLAGS: [([u8; 9], usize); 512] = {
    let mut combinations = [([0; 9], 0); 512];
    let mut flags = 0;
    while flags < 512 {
        let (mut bit, mut length) = (0, 0);
        while bit < 9 {
            if flags >> bit & 1 == 1 {
                combinations[flags].0[length] = b"FSRPAUECN"[bit];
                length += 1;
            }
            bit += 1;
        }
        combinations[flags].1 = length;
        flags += 1;
    }
    combinations
};

fn write_tcp_flags(flags: u16, out: &mut Vec<u8>) {
    let (letters, length) = TCP_FLAGS[usize::from(flags & 0x1FF)];
    let before = out.len();
    out.extend_from_slice(&letters);
    out.truncate(before + length);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: Cell<'_>) -> String {
        let mut out = Vec::new();
        cell.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn at(seconds: i64, nanoseconds: u32) -> String {
        let cell = Cell::time(Some(Timestamp { seconds, nanoseconds }));
        assert_eq!(cell.is_empty(), text(cell.clone()).is_empty());
        text(cell)
    }

    #[test]
    fn times_are_rfc_3339_within_its_years() {
        assert_eq!(at(1_700_000_000, 1_000), "2023-11-14T22:13:20.000001000Z");
        assert_eq!(at(0, 0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(at(-1, 999_999_999), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(at(951_782_400, 0), "2000-02-29T00:00:00.000000000Z");
        assert_eq!(at(4_107_542_399, 0), "2100-02-28T23:59:59.000000000Z");
        assert_eq!(at(4_107_542_400, 0), "2100-03-01T00:00:00.000000000Z");
        assert_eq!(at(253_402_300_799, 0), "9999-12-31T23:59:59.000000000Z");
        assert_eq!(at(253_402_300_800, 5), "");
        assert_eq!(at(-62_167_219_200, 0), "0000-01-01T00:00:00.000000000Z");
        assert_eq!(at(-62_167_219_201, 0), "");
    }

    #[test]
    fn decimals_have_nine_digits() {
        assert_eq!(text(Cell::Billionths(1_500_000_000)), "1.500000000");
        assert_eq!(text(Cell::Billionths(-1)), "-0.000000001");
        assert_eq!(text(Cell::quotient(2, 3)), "0.666666667");
        assert_eq!(text(Cell::quotient(2, 0)), "");
        assert_eq!(text(Cell::quotient(u128::MAX, 3)), "");
    }

    #[test]
    fn ipv6_addresses_are_written_as_by_inet_ntop() {
        for (address, shown) in [
            ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("1::1", "1::1"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
            ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
            ("::1.2.3.4", "::1.2.3.4"),
            ("::2:0:0:1", "::2:0:0:1"),
            ("fe80::406:55a8:6453:25dd", "fe80::406:55a8:6453:25dd"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"),
            ("1:1:1:1:1:1:0:0", "1:1:1:1:1:1::"),
        ] {
            assert_eq!(text(Cell::Ipv6(address.parse().unwrap())), shown);
        }
    }

    #[test]
    fn addresses_flags_and_link_types_are_written_as_wireshark_does() {
        assert_eq!(text(Cell::Mac([0, 1, 0xAB, 0xFF, 16, 9])), "00:01:ab:ff:10:09");
        assert_eq!(text(Cell::Ipv4(Ipv4Addr::new(0, 10, 200, 255))), "0.10.200.255");
        assert_eq!(text(Cell::TcpFlags(0x112)), "SAN");
        assert_eq!(
            text(Cell::LinkTypes(vec![LinkType(12), LinkType(147), LinkType(101)])),
            "rawip+user0"
        );
    }
}
