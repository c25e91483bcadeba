//! The values of a row, and their one text form, the same in every output format.
//!
//! Integers are exact, decimals have nine digits, times are RFC 3339 in UTC, booleans `true` and
//! `false`, unknown is empty. So are times beyond the years 0 to 9999, which RFC 3339 cannot
//! express.

mod address;
mod flags;
mod number;
mod time;

use address::{write_ipv4, write_ipv6, write_mac};
use flags::write_tcp_flags;
use number::{write_billionths, write_integer, write_shown};
pub use time::TimeText;
use time::{TIMES, write_time};

use crate::capture::LinkType;
use crate::capture::time::Timestamp;
use crate::dissect::protocol::{Path, Protocol};
use std::cmp::Ordering;
use std::collections::HashSet;
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

#[cfg(test)]
mod tests;
