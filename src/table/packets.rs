//! `packets`: one row per packet, written while the capture is read (see [`crate::export`]).

use super::cell::Cell;
use super::row::RowBuffer;
use super::{Column, ColumnType, Content, FILE, NOTHING, Table, column};
use crate::dissect::packet::{AddressLayer, Addresses, Packet, Ports};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The table.
pub static TABLE: Table = Table {
    name: "packets",
    about: "one row per packet, in the capture's order (not among all: it is as long as the capture)",
    columns: COLUMNS,
    needs: NOTHING,
    content: Content::Packets,
};

const COLUMNS: &[Column] = &[
    FILE,
    column("packet", ColumnType::Integer, "number of the packet, from 1"),
    column("time", ColumnType::Time, "when it was captured"),
    column("interface", ColumnType::Integer, "number of its interface in its section, from 0"),
    column("captured_bytes", ColumnType::Integer, "bytes of the frame that the file holds"),
    column("wire_bytes", ColumnType::Integer, "bytes of the frame on the wire"),
    column("protocols", ColumnType::Text, "its protocols from the outermost in, joined by :"),
    column("src_mac", ColumnType::Text, "sender, when the first layer is Ethernet"),
    column("dst_mac", ColumnType::Text, "receiver, when the first layer is Ethernet"),
    column("vlan", ColumnType::Text, "VLAN ids from the outermost in, joined by ."),
    column("src_ip", ColumnType::Text, "sender in the innermost IP layer"),
    column("dst_ip", ColumnType::Text, "receiver in the innermost IP layer"),
    column("src_port", ColumnType::Integer, "sender's port above the innermost IP layer"),
    column("dst_port", ColumnType::Integer, "receiver's port above the innermost IP layer"),
    column("tcp_flags", ColumnType::Text, "letters of FSRPAUECN"),
    column("tcp_seq", ColumnType::Integer, "sequence number as in the header"),
    column("tcp_ack", ColumnType::Integer, "acknowledgement number as in the header"),
    column("tcp_window", ColumnType::Integer, "window as in the header, not scaled"),
    column("payload_bytes", ColumnType::Integer, "transport payload by the headers' own lengths"),
    column("problem", ColumnType::Text, "what is wrong with it first, as in problems"),
];

/// Writes the cells of a packet behind the cell of `file`.
#[inline]
pub fn fill(packet: &Packet<'_>, number: u64, row: &mut RowBuffer) {
    let record = &packet.record;
    row.push(Cell::Integer(number));
    row.push(Cell::time(record.time));
    row.push(Cell::Integer(u64::from(record.interface)));
    row.push(Cell::Integer(record.data.len() as u64));
    row.push(Cell::Integer(u64::from(record.wire_bytes)));
    row.push_path(&packet.path);
    let (source, destination) = packet.macs().unzip();
    row.push(mac(source));
    row.push(mac(destination));
    row.push(Cell::Vlans(packet.vlans()));
    let innermost = packet.innermost_ip();
    let (source, destination) = innermost.map_or((Cell::Empty, Cell::Empty), addresses);
    row.push(source);
    row.push(destination);
    let ports = innermost.and_then(|hop| hop.ports);
    row.push(Cell::integer(ports.map(|Ports { source, .. }| source)));
    row.push(Cell::integer(ports.map(|Ports { destination, .. }| destination)));
    tcp(innermost.and_then(|layer| layer.tcp_header()), row);
    row.push(Cell::integer(innermost.and_then(|hop| hop.payload_bytes)));
    row.push(packet.problem.map_or(Cell::Empty, |problem| Cell::Text(problem.info().name)));
}

fn mac(bytes: Option<&[u8]>) -> Cell<'static> {
    bytes.and_then(|bytes| bytes.first_chunk()).map_or(Cell::Empty, |mac| Cell::Mac(*mac))
}

fn addresses(hop: &AddressLayer<'_>) -> (Cell<'static>, Cell<'static>) {
    match hop.addresses {
        Addresses::Ipv4(&[a, b, c, d, e, f, g, h]) => {
            (Cell::Ipv4(Ipv4Addr::new(a, b, c, d)), Cell::Ipv4(Ipv4Addr::new(e, f, g, h)))
        }
        Addresses::Ipv6(both) => {
            let half = |bytes: Option<&[u8; 16]>| {
                bytes.map_or(Cell::Empty, |bytes| Cell::Ipv6(Ipv6Addr::from(*bytes)))
            };
            (half(both.first_chunk()), half(both.last_chunk()))
        }
        Addresses::Ipv4Routed(source, destination) => {
            (Cell::Ipv4(Ipv4Addr::from(*source)), Cell::Ipv4(Ipv4Addr::from(*destination)))
        }
        Addresses::Ipv4Source(source) => (Cell::Ipv4(Ipv4Addr::from(*source)), Cell::Empty),
        Addresses::Ipv6Source(source) => (Cell::Ipv6(Ipv6Addr::from(*source)), Cell::Empty),
        Addresses::Eth(_) | Addresses::NoIp => (Cell::Empty, Cell::Empty),
    }
}

/// Flags, sequence number, acknowledgement number and window.
#[inline]
fn tcp(header: Option<&[u8; 16]>, row: &mut RowBuffer) {
    let Some(&[_, _, _, _, s0, s1, s2, s3, a0, a1, a2, a3, high, low, w0, w1]) = header else {
        return (0..4).for_each(|_| row.push(Cell::Empty));
    };
    // A header length that cannot be leaves the fields behind it in doubt.
    if high >> 4 < 5 {
        row.push(Cell::Empty);
        row.push(Cell::Integer(u64::from(u32::from_be_bytes([s0, s1, s2, s3]))));
        return (0..2).for_each(|_| row.push(Cell::Empty));
    }
    // The ninth flag is the lowest bit of the byte that holds the header length.
    row.push(Cell::TcpFlags(u16::from_be_bytes([high & 1, low])));
    row.push(Cell::Integer(u64::from(u32::from_be_bytes([s0, s1, s2, s3]))));
    row.push(Cell::Integer(u64::from(u32::from_be_bytes([a0, a1, a2, a3]))));
    row.push(Cell::Integer(u64::from(u16::from_be_bytes([w0, w1]))));
}
