//! Names from DNS, TLS and HTTP.

use super::heading;
use crate::page::capture::Detail;
use crate::page::grid::{Column, Show, grid};
use crate::page::lines::Lines;
use crate::report::Report;

/// A table of names, its heading and columns.
const TABLES: &[(&str, &str, &[Column])] = &[
    (
        "dns",
        "DNS names by type",
        &[
            Column::new("Name", "name", Show::Text),
            Column::new("Type", "type", Show::Text),
            Column::new("Queries", "queries", Show::Bar),
            Column::new("Answered", "answered", Show::Count),
            Column::new("NXDOMAIN", "name_error", Show::Count),
            Column::new("SERVFAIL", "server_failure", Show::Count),
            Column::new("REFUSED", "refused", Show::Count),
            Column::new("Mean response time", "response_time_mean_s", Show::Seconds),
            Column::new("Longest", "response_time_max_s", Show::Seconds),
            Column::new("Retransmissions", "retransmissions", Show::Count).extra(),
        ],
    ),
    (
        "tls",
        "TLS servers by version and ALPN",
        &[
            Column::new("Server name", "server_name", Show::Text),
            Column::new("Version", "version", Show::Text),
            Column::new("ALPN", "alpn", Show::Text),
            Column::new("Handshakes", "handshakes", Show::Bar),
            Column::new("Completed", "completed", Show::Count),
            Column::new("Alerts", "alerts", Show::Count),
            Column::new("Transport", "transport", Show::Text).extra(),
            Column::new("Cipher suite", "cipher", Show::Text).extra(),
        ],
    ),
    (
        "http",
        "HTTP hosts by method and status",
        &[
            Column::new("Host", "host", Show::Text),
            Column::new("Method", "method", Show::Text),
            Column::new("Status", "status", Show::Text),
            Column::new("Requests", "requests", Show::Bar),
            Column::new("Mean response time", "response_time_mean_s", Show::Seconds),
            Column::new("Longest", "response_time_max_s", Show::Seconds),
        ],
    ),
];

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let mut html = String::new();
    for (table, title, columns) in TABLES {
        let lines = Lines::first(table, report, detail.rows);
        if !lines.rows.is_empty() {
            html += &heading(title, lines.total);
            html += &grid(table, columns, &lines);
        }
    }
    Some(html).filter(|html| !html.is_empty())
}
