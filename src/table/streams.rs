//! `streams`: one row per TCP stream, numbered as Wireshark's `tcp.stream`.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::dissect::application::Application;
use crate::fold::FoldNeeds;
use crate::fold::tcp::counts::Counts;
use crate::fold::tcp::stream::Stream;
use crate::tally::Needs;
use std::sync::LazyLock;

/// The table.
pub static TABLE: Table = Table {
    name: "streams",
    about: "TCP streams: completeness, round-trip times, retransmissions, windows",
    columns: COLUMNS,
    needs: Needs {
        applications: true,
        ..Needs::of_folds(FoldNeeds { tcp: true, ..FoldNeeds::NOTHING })
    },
    content: Content::View(|report| {
        let streams = report.tcp().map(|fold| fold.streams()).unwrap_or_default();
        Rows::from_list(streams, fill)
    }),
};

columns! {
    fn fill(counted: &(&Stream, &Counts)) {
        let (stream, counts) = counted;
        let began = usize::from(counts.high_began());
        let (pair, sent, control) = (stream.pair(), counts.sent(), counts.control());
        let ends = [pair.low, pair.high];
        let (a, b) = (ends[began], ends[1 - began]);
        let (a_to_b, b_to_a) = (sent[began], sent[1 - began]);
        let (scale_a, scale_b) = (stream.sides[began].scale, stream.sides[1 - began].scale);
        let sampled = counts.ack_rtts > 0;
        let seconds = |known: bool, value: i64| match known {
            true => Cell::Billionths(value.into()),
            false => Cell::Empty,
        };
        let flags = counts.flags();
        let flagged = |bit: usize| Cell::integer(flags.get(bit).copied());
        let scale = |scale: i8| match scale {
            -1 => Cell::Empty,
            scale => Cell::Integer(scale.max(0).unsigned_abs().into()),
        };
    }
    stream: Integer, "number of the stream, from 0" => Cell::Integer(stream.number());
    address_a: Text, "address of A, the sender of the first packet" => Cell::address(a.0);
    port_a: Integer, "port of A" => Cell::Integer(a.1.into());
    address_b: Text, "address of B" => Cell::address(b.0);
    port_b: Integer, "port of B" => Cell::Integer(b.1.into());
    application: Text, "application protocol of most of its packets with payload" =>
        Cell::text(stream.naming.usual().map(Application::name));
    server_name: Text, "first name of the server, in a TLS or HTTP request" =>
        Cell::text(stream.server_name());
    packets: Integer "packets", "packets in both directions" =>
        Cell::Integer(a_to_b.packets + b_to_a.packets);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(a_to_b.wire_bytes + b_to_a.wire_bytes);
    packets_a_to_b: Integer "packets", "packets from A to B" => Cell::Integer(a_to_b.packets);
    payload_bytes_a_to_b: Integer "bytes", "payload from A to B" =>
        Cell::Integer(a_to_b.payload_bytes);
    packets_b_to_a: Integer "packets", "packets from B to A" => Cell::Integer(b_to_a.packets);
    payload_bytes_b_to_a: Integer "bytes", "payload from B to A" =>
        Cell::Integer(b_to_a.payload_bytes);
    first_packet: Integer, "number of the first packet" => Cell::Integer(counts.first_packet());
    first_time: Time, "least timestamp" => Cell::time(counts.times().first());
    last_time: Time, "greatest timestamp" => Cell::time(counts.times().last());
    duration_s: Decimal "s", "last_time - first_time" => Cell::duration(counts.times().0);
    completeness: Text, "what was seen of SYN+SYNACK+ACK+DATA+FIN+RST" =>
        completeness(stream.completeness);
    initial_rtt_s: Decimal "s", "time from SYN to the first acknowledgment" =>
        seconds(stream.initial_rtt() != 0, stream.initial_rtt());
    ack_rtt_samples: Integer, "number of segments whose acknowledgment was seen" =>
        Cell::Integer(counts.ack_rtts.into());
    ack_rtt_min_s: Decimal "s", "least time from a segment to its acknowledgment" =>
        seconds(sampled, counts.ack_rtt_extent.0);
    ack_rtt_mean_s: Decimal "s", "mean of these times" =>
        Cell::mean(counts.ack_rtt_sum(), counts.ack_rtts.into());
    ack_rtt_max_s: Decimal "s", "greatest time from a segment to its acknowledgment" =>
        seconds(sampled, counts.ack_rtt_extent.1);
    max_bytes_in_flight: Integer "bytes", "most bytes in flight: payload sent and not acknowledged" =>
        Cell::Integer(counts.max_bytes_in_flight.into());
    retransmissions: Integer "packets", "retransmissions, fast and spurious ones included" =>
        flagged(0);
    fast_retransmissions: Integer "packets", "fast retransmissions: after duplicate ACKs" =>
        flagged(1);
    spurious_retransmissions: Integer "packets", "spurious retransmissions: of data that was acknowledged" =>
        flagged(2);
    retransmitted_bytes: Integer "bytes", "payload of the retransmissions" =>
        Cell::Integer(counts.retransmitted_bytes());
    out_of_order: Integer "packets", "out-of-order segments" => flagged(3);
    lost_segments: Integer "packets", "segments whose previous segment was not captured" => flagged(4);
    ack_lost_segments: Integer "packets", "ACKs of segments that were not captured" => flagged(5);
    duplicate_acks: Integer "packets", "duplicate ACKs" => flagged(6);
    keep_alives: Integer "packets", "keep-alives" => flagged(7);
    zero_windows: Integer "packets", "zero windows" => flagged(9);
    zero_window_probes: Integer "packets", "zero window probes" => flagged(10);
    window_updates: Integer "packets", "window updates" => flagged(12);
    window_fulls: Integer "packets", "window full: segments that fill the receiver's window" => flagged(13);
    reused_ports: Integer "packets", "port numbers reused: SYNs with the ports of an earlier stream" =>
        flagged(14);
    syn_packets: Integer "packets", "packets with SYN" => Cell::Integer(control[0]);
    fin_packets: Integer "packets", "packets with FIN" => Cell::Integer(control[1]);
    rst_packets: Integer "packets", "resets (RST)" => Cell::Integer(control[2]);
    window_scale_a: Integer, "shift of A's windows; 0 if not scaled; empty if unknown" =>
        scale(scale_a);
    window_scale_b: Integer, "shift of B's windows; 0 if not scaled; empty if unknown" =>
        scale(scale_b);
}

fn completeness(bits: u8) -> Cell<'static> {
    /// Every text, by its bits: there are as many cells as streams.
    static TEXTS: LazyLock<[String; 64]> = LazyLock::new(|| {
        let names = ["SYN", "SYNACK", "ACK", "DATA", "FIN", "RST"];
        std::array::from_fn(|bits| {
            let seen = (0..).zip(names).filter(|(bit, _)| bits >> bit & 1 == 1);
            seen.map(|(_, name)| name).collect::<Vec<_>>().join("+")
        })
    });
    Cell::text(TEXTS.get(usize::from(bits)).map(String::as_str))
}
