//! `health`: one row per input, the troubles of its TCP streams and applications as numbers.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::fold::FoldNeeds;
use crate::fold::tcp::flags::FLAG_NAMES;
use crate::fold::tcp::segment::SEEN_SYN;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "health",
    about: "each input in one row: troubles of TCP, DNS, TLS and HTTP as numbers",
    columns: COLUMNS,
    needs: Needs {
        applications: true,
        ..Needs::of_folds(FoldNeeds {
            tcp: true,
            dns: true,
            quic: true,
            dtls: true,
            ..FoldNeeds::NOTHING
        })
    },
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
    /// Queries, responses with an error, queries without a response.
    dns: [u64; 3],
    /// ClientHellos, those without a ServerHello, streams with an alert.
    tls: [u64; 3],
    /// Requests, responses with an error, requests without a response.
    http: [u64; 3],
    /// False if nothing was read.
    read: bool,
}

impl Troubles {
    fn of(report: &Report) -> Troubles {
        let mut sums = Troubles { read: report.folds.is_some(), ..Troubles::default() };
        for (stream, counts) in report.tcp().iter().flat_map(|fold| fold.unordered()) {
            let [low, high] = counts.sent();
            sums.streams += 1;
            sums.packets += low.packets + high.packets;
            for (sum, count) in sums.flags.iter_mut().zip(counts.flags()) {
                *sum += count;
            }
            sums.resets += counts.control()[2];
            let answered = low.packets > 0 && high.packets > 0;
            let syn = stream.completeness & SEEN_SYN != 0;
            sums.unanswered_syns += u64::from(syn && !answered);
            let hellos = stream.hellos();
            hellos.into_iter().for_each(|hellos| add(&mut sums.tls, hellos.counts()));
            let pending = u64::from(stream.pending().is_some());
            add(&mut sums.http, [pending, 0, pending]);
        }
        let kinds =
            report.tcp().into_iter().flat_map(|fold| &fold.shards).flat_map(|one| &one.kinds);
        for (kind, pairs) in kinds {
            let failed = kind.status.is_some_and(|status| status >= 400);
            let errors = if failed { pairs.responses } else { 0 };
            let open = pairs.requests.saturating_sub(pairs.responses);
            add(&mut sums.http, [pairs.requests, errors, open]);
        }
        let folds = report.folds.as_ref();
        let hellos = folds.into_iter().flat_map(|folds| folds.datagram_hellos());
        hellos.for_each(|(_, hellos)| add(&mut sums.tls, hellos.counts()));
        let dns = report.folds.as_ref().and_then(|folds| folds.dns.as_ref());
        let mut open = (0, 0);
        let shards = dns.into_iter().flat_map(|fold| &fold.shards);
        for answers in shards.flat_map(|shard| shard.questions()) {
            let [_, errors @ ..] = answers.codes;
            add(&mut sums.dns, [answers.messages[0], errors.iter().sum(), 0]);
            // A response may repeat another question than its query, so only the sums can be
            // subtracted.
            open = (open.0 + answers.transactions, open.1 + answers.answered);
        }
        sums.dns[2] = open.0 - open.1;
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
    tcp_fast_retransmissions: Integer "packets", "fast retransmissions: after duplicate ACKs" =>
        number(sums.flags[1]);
    tcp_spurious_retransmissions: Integer "packets", "spurious retransmissions: of data that was acknowledged" =>
        number(sums.flags[2]);
    tcp_out_of_order: Integer "packets", "out-of-order segments" => number(sums.flags[3]);
    tcp_lost_segments: Integer "packets", "segments whose previous segment was not captured" =>
        number(sums.flags[4]);
    tcp_duplicate_acks: Integer "packets", "duplicate ACKs" => number(sums.flags[6]);
    tcp_zero_windows: Integer "packets", "zero windows" => number(sums.flags[9]);
    tcp_window_fulls: Integer "packets", "window full: segments that fill the receiver's window" =>
        number(sums.flags[13]);
    tcp_keep_alives: Integer "packets", "keep-alives" => number(sums.flags[7]);
    tcp_reused_ports: Integer "packets", "port numbers reused: SYNs with the ports of an earlier stream" =>
        number(sums.flags[14]);
    tcp_resets: Integer "packets", "resets (RST)" => number(sums.resets);
    tcp_unanswered_syns: Integer "streams", "streams whose SYN was not answered: only its sender is seen" =>
        number(sums.unanswered_syns);
    dns_queries: Integer "messages", "DNS, mDNS and LLMNR queries" => number(sums.dns[0]);
    dns_errors: Integer "messages", "responses with an error" => number(sums.dns[1]);
    dns_unanswered: Integer "messages", "DNS and LLMNR queries without a response" =>
        number(sums.dns[2]);
    tls_handshakes: Integer, "ClientHellos over TCP, QUIC and DTLS" => number(sums.tls[0]);
    tls_incomplete: Integer, "ClientHellos without a ServerHello" => number(sums.tls[1]);
    tls_alerts: Integer "streams", "streams with an alert that is not encrypted" =>
        number(sums.tls[2]);
    http_requests: Integer "messages", "HTTP/1 requests" => number(sums.http[0]);
    http_errors: Integer "messages", "responses with status 400 or above" =>
        number(sums.http[1]);
    http_unanswered: Integer "messages", "requests without a response" => number(sums.http[2]);
}

fn add(sums: &mut [u64; 3], more: [u64; 3]) {
    sums.iter_mut().zip(more).for_each(|(sum, one)| *sum += one);
}
