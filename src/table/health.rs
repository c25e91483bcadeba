//! `health`: one row per input, the troubles of its TCP streams and applications as numbers.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::tcp::analysis::FLAG_NAMES;
use crate::fold::tcp::shard::SEEN_SYN;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "health",
    about: "each input in one row: retransmissions, losses, resets and other troubles of TCP",
    columns: COLUMNS,
    needs: Needs::of_folds(FoldNeeds { tcp: true, ..FoldNeeds::NOTHING }),
    content: Content::View(|report| Rows {
        count: 1,
        fill: Box::new(move |_, row| fill(&Troubles::of(report), row)),
    }),
};

/// Sums over all streams.
#[derive(Default)]
struct Troubles {
    streams: u64,
    packets: u64,
    flags: [u64; FLAG_NAMES.len()],
    resets: u64,
    unanswered_syns: u64,
    /// False if nothing was read.
    read: bool,
}

impl Troubles {
    fn of(report: &Report) -> Troubles {
        let mut sums = Troubles { read: report.folds.is_some(), ..Troubles::default() };
        for stream in report.tcp().iter().flat_map(|fold| fold.streams()) {
            let (counts, [low, high]) = (&stream.counts, stream.counts.sent);
            sums.streams += 1;
            sums.packets += low.packets + high.packets;
            for (sum, count) in sums.flags.iter_mut().zip(counts.flags) {
                *sum += u64::from(count);
            }
            sums.resets += u64::from(counts.control[2]);
            let answered = low.packets > 0 && high.packets > 0;
            let syn = stream.completeness & SEEN_SYN != 0;
            sums.unanswered_syns += u64::from(syn && !answered);
        }
        sums
    }
}

columns! {
    fn fill(sums: &Troubles) {
        let number = |value: u64| if sums.read { Cell::Integer(value) } else { Cell::Empty };
    }
    tcp_streams: Integer "streams", "TCP streams" => number(sums.streams);
    tcp_packets: Integer "packets", "TCP segments" => number(sums.packets);
    tcp_retransmissions: Integer "packets", "retransmissions, fast and spurious ones included" =>
        number(sums.flags[0]);
    tcp_fast_retransmissions: Integer "packets", "retransmissions after duplicate acknowledgments" =>
        number(sums.flags[1]);
    tcp_spurious_retransmissions: Integer "packets", "retransmissions of acknowledged data" =>
        number(sums.flags[2]);
    tcp_out_of_order: Integer "packets", "segments out of order" => number(sums.flags[3]);
    tcp_lost_segments: Integer "packets", "segments after a gap" => number(sums.flags[4]);
    tcp_duplicate_acks: Integer "packets", "duplicate acknowledgments" => number(sums.flags[6]);
    tcp_zero_windows: Integer "packets", "segments with a window of zero" => number(sums.flags[9]);
    tcp_window_fulls: Integer "packets", "segments that fill the receiver's window" =>
        number(sums.flags[13]);
    tcp_keep_alives: Integer "packets", "keep-alives" => number(sums.flags[7]);
    tcp_reused_ports: Integer "packets", "SYNs that reuse the ports of an earlier stream" =>
        number(sums.flags[14]);
    tcp_resets: Integer "packets", "packets with RST" => number(sums.resets);
    tcp_unanswered_syns: Integer "streams", "streams that begin with a SYN and have one sender" =>
        number(sums.unanswered_syns);
    dns_queries: Integer "messages", "DNS queries; empty: not counted" => Cell::Empty;
    dns_errors: Integer "messages", "DNS responses with an error; empty: not counted" => Cell::Empty;
    dns_unanswered: Integer "messages", "DNS queries without response; empty: not counted" => Cell::Empty;
    tls_handshakes: Integer, "TLS handshakes; empty: not counted" => Cell::Empty;
    tls_incomplete: Integer, "TLS handshakes without ServerHello; empty: not counted" => Cell::Empty;
    tls_alerts: Integer, "streams with a TLS alert; empty: not counted" => Cell::Empty;
    http_requests: Integer "messages", "HTTP requests; empty: not counted" => Cell::Empty;
    http_errors: Integer "messages", "HTTP responses with status 400 or above; empty: not counted" => Cell::Empty;
    http_unanswered: Integer "messages", "HTTP requests without response; empty: not counted" => Cell::Empty;
}
