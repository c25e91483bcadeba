//! `packets`: one row per packet, written while the capture is read (see [`crate::pass::rows`]).

use super::cell::Cell;
use super::{Content, Table, columns};
use crate::dissect::packet::{AddressLayer, Addresses, Packet, Ports};
use crate::tally::Needs;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The table.
pub static TABLE: Table = Table {
    name: "packets",
    about: "one row per packet, in capture order (not part of `all`)",
    columns: COLUMNS,
    needs: Needs { applications: true, packet_names: true, ..Needs::NOTHING },
    content: Content::Packets,
};

columns! {
    /// Writes the cells of a packet after the cell of `file`.
    #[inline]
    pub fn fill(packet: &Packet<'_>, number: u64) {
        let record = &packet.record;
        let (src_mac, dst_mac) = packet.macs().unzip();
        let innermost = packet.innermost_ip();
        let (src_ip, dst_ip) = innermost.map_or((Cell::Empty, Cell::Empty), addresses);
        let ports = innermost.and_then(|layer| layer.ports);
        let tcp = Tcp::of(innermost.and_then(|layer| layer.tcp_header()));
    }
    packet: Integer, "number of the packet, from 1" => Cell::Integer(number);
    time: Time, "timestamp" => Cell::time(record.time);
    interface: Integer, "number of the interface in its section, from 0" =>
        Cell::Integer(u64::from(record.interface));
    captured_bytes: Integer "bytes", "captured length" => Cell::Integer(record.data.len() as u64);
    wire_bytes: Integer "bytes", "original length" => Cell::Integer(u64::from(record.wire_bytes));
    protocols: Text, "protocols from the outermost in down to the application, joined by :" => Cell::Path(&packet.path);
    src_mac: Text, "source address, if the first layer is Ethernet" => mac(src_mac);
    dst_mac: Text, "destination address, if the first layer is Ethernet" => mac(dst_mac);
    vlan: Text, "VLAN ids from the outermost in, joined by +" => Cell::Vlans(packet.vlans());
    src_ip: Text, "source address of the innermost IP layer" => src_ip;
    dst_ip: Text, "destination address of the innermost IP layer" => dst_ip;
    src_port: Integer, "source port above the innermost IP layer" =>
        Cell::integer(ports.map(|Ports { source, .. }| source));
    dst_port: Integer, "destination port above the innermost IP layer" =>
        Cell::integer(ports.map(|Ports { destination, .. }| destination));
    tcp_flags: Text, "flags that are set, as letters of FSRPAUECN" =>
        tcp.flags.map_or(Cell::Empty, Cell::TcpFlags);
    tcp_seq: Integer, "sequence number as in the header" => Cell::integer(tcp.seq);
    tcp_ack: Integer, "acknowledgment number as in the header" => Cell::integer(tcp.ack);
    tcp_window: Integer, "window as in the header, not scaled" => Cell::integer(tcp.window);
    payload_bytes: Integer "bytes", "transport payload by the lengths in the headers" =>
        Cell::integer(innermost.and_then(|layer| layer.payload_bytes));
    problem: Text, "first problem of the packet, by its name in the table problems" =>
        Cell::text(packet.problem.map(|problem| problem.info().name));
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

/// Fields of a TCP header.
#[derive(Default)]
struct Tcp {
    flags: Option<u16>,
    seq: Option<u32>,
    ack: Option<u32>,
    window: Option<u16>,
}

impl Tcp {
    /// The fields of a header's bytes after the ports.
    #[inline(always)]
    fn of(header: Option<&[u8; 16]>) -> Tcp {
        let Some(&[_, _, _, _, s0, s1, s2, s3, a0, a1, a2, a3, high, low, w0, w1]) = header else {
            return Tcp::default();
        };
        let seq = Some(u32::from_be_bytes([s0, s1, s2, s3]));
        // A header length that is impossible leaves the fields after it in doubt.
        if high >> 4 < 5 {
            return Tcp { seq, ..Tcp::default() };
        }
        Tcp {
            // The ninth flag is the lowest bit of the byte that holds the header length.
            flags: Some(u16::from_be_bytes([high & 1, low])),
            seq,
            ack: Some(u32::from_be_bytes([a0, a1, a2, a3])),
            window: Some(u16::from_be_bytes([w0, w1])),
        }
    }
}
