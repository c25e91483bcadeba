//! Health of TCP, and the streams with the most retransmissions.

use super::heading;
use crate::page::capture::Detail;
use crate::page::grid::{Column, Show, grid};
use crate::page::lines::Lines;
use crate::page::{rendered, text};
use crate::report::Report;
use askama::Template;

const STREAMS: &[Column] = &[
    Column::new("Stream", "stream", Show::Count),
    Column::new("Retransmissions", "retransmissions", Show::Bar),
    Column::new("A", "address_a", Show::Port("port_a")),
    Column::new("B", "address_b", Show::Port("port_b")),
    Column::new("Server", "server_name", Show::Text),
    Column::new("Packets", "packets", Show::Count),
    Column::new("Previous not captured", "lost_segments", Show::Count),
    Column::new("Out of order", "out_of_order", Show::Count),
    Column::new("Duplicate ACKs", "duplicate_acks", Show::Count),
    Column::new("Zero windows", "zero_windows", Show::Count),
    Column::new("Resets", "rst_packets", Show::Count),
    Column::new("Initial RTT", "initial_rtt_s", Show::Seconds),
    Column::new("Mean ACK RTT", "ack_rtt_mean_s", Show::Seconds),
    Column::new("Duration", "duration_s", Show::Seconds),
    Column::new("Seen", "completeness", Show::Text),
];

#[derive(Template)]
#[template(path = "tcp.html")]
struct Tcp {
    numbers: Vec<Number>,
}

/// A column of `health`.
struct Number {
    meaning: &'static str,
    value: String,
    share: String,
}

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let health = Lines::first("health", report, 1);
    let line = health.rows.first()?;
    let packets = line.number("tcp_packets");
    if packets == 0 {
        return None;
    }
    let of_tcp = health.columns.iter().filter(|column| column.name.starts_with("tcp_"));
    let number = |value: u64, unit: &str| match unit {
        "packets" => text::share(value, packets),
        _ => String::new(),
    };
    let numbers = of_tcp.map(|column| (column, line.number(column.name)));
    let numbers = numbers.filter(|(_, value)| *value > 0).map(|(column, value)| Number {
        meaning: column.meaning,
        value: text::count(value),
        share: number(value, column.unit),
    });
    let mut html = rendered(&Tcp { numbers: numbers.collect() });
    let worst = Lines::greatest("streams", "retransmissions", report, detail.rows);
    if !worst.rows.is_empty() {
        let any = worst.rows.iter().any(|line| line.number("retransmissions") > 0);
        html += &heading(
            if any { "Streams, most retransmissions first" } else { "Streams" },
            worst.total,
        );
        html += &grid("streams", STREAMS, &worst);
    }
    Some(html)
}
