//! `flows`: bidirectional flow records with timeouts.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::dissect::application::Application;
use crate::dissect::packet::Transport;
use crate::dissect::protocol_of_ip;
use crate::fold::FoldNeeds;
use crate::fold::flows::{End, Flow, Sent, has_ports, is_one_way};
use crate::tally::Needs;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use std::net::IpAddr;

/// The table.
pub static TABLE: Table = Table {
    name: "flows",
    about: "flow records of both directions, ended by --flow-idle and --flow-active",
    columns: COLUMNS,
    needs: Needs {
        applications: true,
        ..Needs::of_folds(FoldNeeds { flows: true, ..FoldNeeds::NOTHING })
    },
    content: Content::View(|report| {
        let fold = report.folds.as_ref().and_then(|folds| folds.flows.as_ref());
        let flows = fold.map(|fold| fold.flows()).unwrap_or_default();
        Rows::from_list(flows, move |flow, row| {
            let transport = match flow.key.protocol {
                6 => Some(Transport::Tcp),
                17 => Some(Transport::Udp),
                132 => Some(Transport::Sctp),
                _ => None,
            };
            let application = report
                .folds
                .as_ref()
                .zip(transport)
                .and_then(|(folds, transport)| folds.application(transport, flow.key.pair));
            fill(flow, application, row)
        })
    }),
};

columns! {
    fn fill(flow: &Flow, application: Option<Application>) {
        let (pair, protocol) = (flow.key.pair, flow.key.protocol);
        let (low, high, [from_low, from_high]) = (pair.low, pair.high, flow.sent);
        let (a, b, a_to_b, b_to_a) = if flow.low_began {
            (low, high, from_low, from_high)
        } else {
            (high, low, from_high, from_low)
        };
        let numbered = has_ports(protocol) || matches!(protocol, 1 | 58);
        let port = |port: u16| Cell::integer(Some(port).filter(|_| numbered));
        let flags = |sent: Sent| {
            if protocol == 6 { Cell::TcpFlags(sent.tcp_flags) } else { Cell::Empty }
        };
    }
    protocol: Text, "protocol of the IP header" => Cell::Protocol(protocol_of_ip(protocol));
    address_a: Text, "address of A, the sender of the flow's first packet" => Cell::address(a.0);
    port_a: Integer, "port of A; for ICMP the type of its packets" => port(a.1);
    address_b: Text, "address of B" => Cell::address(b.0);
    port_b: Integer, "port of B; for ICMP the type that answers, or the code" => port(b.1);
    application: Text, "application protocol of its conversation's first packet that has one" =>
        Cell::text(application.map(Application::name));
    first_packet: Integer, "number of the first packet" => Cell::Integer(flow.first_packet);
    first_time: Time, "least timestamp" => Cell::time(flow.times.first());
    last_time: Time, "greatest timestamp" => Cell::time(flow.times.last());
    duration_s: Decimal "s", "last_time - first_time" => Cell::duration(flow.times.0);
    packets_a_to_b: Integer "packets", "packets from A to B" => Cell::Integer(a_to_b.packets);
    wire_bytes_a_to_b: Integer "bytes", "original length of the packets from A to B" =>
        Cell::Integer(a_to_b.wire_bytes);
    ip_bytes_a_to_b: Integer "bytes", "their length by the IP headers" =>
        Cell::Integer(a_to_b.ip_bytes);
    tcp_flags_a: Text, "TCP flags that A set, as letters of FSRPAUECN" => flags(a_to_b);
    packets_b_to_a: Integer "packets", "packets from B to A" => Cell::Integer(b_to_a.packets);
    wire_bytes_b_to_a: Integer "bytes", "original length of the packets from B to A" =>
        Cell::Integer(b_to_a.wire_bytes);
    ip_bytes_b_to_a: Integer "bytes", "their length by the IP headers" =>
        Cell::Integer(b_to_a.ip_bytes);
    tcp_flags_b: Text, "TCP flags that B set, as letters of FSRPAUECN" => flags(b_to_a);
    end: Text, "idle or active for the timeout, or capture" => Cell::Text(match flow.end {
        End::Idle => "idle",
        End::Active => "active",
        End::Capture => "capture",
    });
    community_id: Text, "Community ID version 1, seed 0" =>
        Cell::Made(community_id(protocol, a, b, numbered));
}

/// The Community ID of a flow (github.com/corelight/community-id-spec, version 1) with seed 0.
fn community_id(protocol: u8, a: (IpAddr, u16), b: (IpAddr, u16), numbered: bool) -> String {
    let one_way = matches!(protocol, 1 | 58) && is_one_way(protocol, a.1);
    let (first, second) = if one_way || a <= b { (a, b) } else { (b, a) };
    let mut hash = Sha1::new();
    hash.update([0, 0]);
    for (address, _) in [first, second] {
        match address {
            IpAddr::V4(address) => hash.update(address.octets()),
            IpAddr::V6(address) => hash.update(address.octets()),
        }
    }
    hash.update([protocol, 0]);
    if numbered {
        hash.update(first.1.to_be_bytes());
        hash.update(second.1.to_be_bytes());
    }
    format!("1:{}", STANDARD.encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(address: &str, port: u16) -> (IpAddr, u16) {
        (address.parse().expect("an address"), port)
    }

    /// The published test vectors (community-id-spec, baseline, seed 0).
    #[test]
    fn community_ids_equal_the_published_ones() {
        let tcp = (end("128.232.110.120", 34855), end("66.35.250.204", 80));
        assert_eq!(community_id(6, tcp.0, tcp.1, true), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(community_id(6, tcp.1, tcp.0, true), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        let udp = (end("192.168.1.52", 54585), end("8.8.8.8", 53));
        assert_eq!(community_id(17, udp.0, udp.1, true), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        let sctp = (end("192.168.170.8", 7), end("192.168.170.56", 80));
        assert_eq!(community_id(132, sctp.0, sctp.1, true), "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=");
        let icmp = (end("192.168.0.89", 8), end("192.168.0.1", 0));
        assert_eq!(community_id(1, icmp.0, icmp.1, true), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        assert_eq!(community_id(1, icmp.1, icmp.0, true), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    }
}
