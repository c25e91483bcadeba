//! `segments`: one row per packet and TCP layer, headers that ICMP errors quote among them, with the
//! values of Wireshark's TCP analysis, written while the capture is read (see
//! [`crate::pass::folding`]).

use super::cell::Cell;
use super::{Content, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::tcp::flags::FLAG_NAMES;
use crate::fold::tcp::segment::Segment;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "segments",
    about: "TCP analysis of every segment, in capture order (not part of `all`)",
    columns: COLUMNS,
    needs: Needs::of_folds(FoldNeeds { tcp: true, ..FoldNeeds::NOTHING }),
    content: Content::Segments,
};

columns! {
    /// Writes the cells of a segment after the cell of `file`.
    pub fn fill(segment: &Segment) {
        let found = &segment.findings;
        let seconds = |value: i64| match value {
            0 => Cell::Empty,
            value => Cell::Billionths(value.into()),
        };
        let number = |value: u64| if value == 0 { Cell::Empty } else { Cell::Integer(value) };
    }
    packet: Integer, "number of the packet" => Cell::Integer(segment.packet);
    stream: Integer, "number of the stream, from 0" => Cell::Integer(segment.stream);
    flags: Text, "names of the analysis flags, joined by +" => flags(found.flags);
    acks_packet: Integer, "number of the packet that this one acknowledges" =>
        number(found.acks_packet);
    ack_rtt_s: Decimal "s", "time since that packet" => seconds(found.ack_rtt);
    initial_rtt_s: Decimal "s", "time from SYN to the first acknowledgment of the stream" =>
        seconds(segment.initial_rtt);
    bytes_in_flight: Integer "bytes", "payload sent and not acknowledged" =>
        number(found.bytes_in_flight.into());
    push_bytes_sent: Integer "bytes", "payload sent since the last PSH" =>
        if found.bytes_in_flight == 0 { Cell::Empty } else { number(found.push_bytes_sent.into()) };
    duplicate_ack_number: Integer, "number of the duplicate acknowledgment" =>
        number(found.duplicate_number.into());
    duplicate_ack_packet: Integer, "number of the packet that it duplicates" =>
        if found.duplicate_number == 0 { Cell::Empty } else { Cell::Integer(found.duplicate_packet) };
    rto_s: Decimal "s", "time since the retransmitted segment" =>
        seconds(found.rto);
    rto_packet: Integer, "number of the packet of that segment" =>
        if found.rto == 0 { Cell::Empty } else { number(found.rto_packet) };
    sequence: Integer, "sequence number, relative to the first one" =>
        Cell::Integer(segment.sequence.into());
    next_sequence: Integer, "relative sequence number after the segment" =>
        Cell::integer(segment.next_sequence);
    acknowledgment: Integer, "acknowledgment number, relative to the other side's first one" =>
        Cell::integer(segment.acknowledgment);
    window: Integer "bytes", "window, scaled if the scale is known" => Cell::integer(segment.window);
    window_scale: Signed, "factor of the window; -2 if windows are not scaled; empty if unknown" =>
        match segment.window_scale {
            None | Some(-1) => Cell::Empty,
            Some(factor) => Cell::Signed(factor.into()),
        };
    completeness: Integer, "bits of what was seen of the stream before the packet: SYN 1, SYN/ACK 2, ACK 4, data 8, FIN 16, RST 32" =>
        Cell::Integer(segment.completeness.into());
}

fn flags(flags: u16) -> Cell<'static> {
    let names = || (0..).zip(FLAG_NAMES).filter(|(bit, _)| flags >> bit & 1 == 1);
    match (names().next(), names().count()) {
        (Some((_, name)), 1) => Cell::Text(name),
        (None, _) => Cell::Empty,
        _ => Cell::Made(names().map(|(_, name)| name).collect::<Vec<_>>().join("+")),
    }
}
