//! Views of names: DNS questions, TLS servers, HTTP hosts.

use super::Kind;
use crate::terminal::grid::Side;
use crate::terminal::line::{Line, Style};

pub(super) const DNS: Kind = Kind {
    table: "dns",
    columns: &[
        ("name", Side::Left, 0),
        ("type", Side::Left, 0),
        ("protocol", Side::Left, 4),
        ("queries", Side::Right, 0),
        ("answered", Side::Right, 0),
        ("errors", Side::Right, 0),
        ("mean time", Side::Right, 3),
        ("longest", Side::Right, 2),
        ("clients", Side::Right, 1),
    ],
    yields: 0,
    of_files: false,
    row: |row| {
        let errors = ["name_error", "server_failure", "refused", "other_errors"];
        let errors = errors.iter().map(|column| row.number(column)).sum();
        vec![
            Line::of(Style::Strong, row.text("name")),
            Line::of(Style::Plain, row.text("type")),
            Line::of(Style::Faint, row.text("protocol")),
            row.count("queries"),
            row.count("answered"),
            not_zero(errors),
            row.duration("response_time_mean_s"),
            row.duration("response_time_max_s"),
            row.count("clients"),
        ]
    },
};

pub(super) const TLS: Kind = Kind {
    table: "tls",
    columns: &[
        ("server name", Side::Left, 0),
        ("version", Side::Left, 0),
        ("ALPN", Side::Left, 4),
        ("over", Side::Left, 3),
        ("handshakes", Side::Right, 0),
        ("completed", Side::Right, 0),
        ("alerts", Side::Right, 5),
        ("cipher", Side::Left, 1),
        ("ja4", Side::Left, 2),
    ],
    yields: 0,
    of_files: false,
    row: |row| {
        let name = row.text("server_name");
        vec![
            Line::of(Style::Strong, if name.is_empty() { "(no server name)" } else { name }),
            Line::of(Style::Plain, row.text("version")),
            Line::of(Style::Plain, row.text("alpn")),
            Line::of(Style::Faint, row.text("transport")),
            row.count("handshakes"),
            row.count("completed"),
            not_zero(row.number("alerts")),
            Line::of(Style::Faint, row.text("cipher")),
            Line::of(Style::Faint, row.text("ja4")),
        ]
    },
};

pub(super) const HTTP: Kind = Kind {
    table: "http",
    columns: &[
        ("host", Side::Left, 0),
        ("method", Side::Left, 0),
        ("status", Side::Left, 0),
        ("requests", Side::Right, 0),
        ("responses", Side::Right, 0),
        ("payload", Side::Right, 1),
        ("mean time", Side::Right, 3),
        ("longest", Side::Right, 2),
    ],
    yields: 0,
    of_files: false,
    row: |row| {
        vec![
            Line::of(Style::Strong, row.text("host")),
            Line::of(Style::Plain, row.text("method")),
            Line::of(status(row.text("status")), row.text("status")),
            row.count("requests"),
            row.count("responses"),
            row.bytes("payload_bytes", Style::Plain),
            row.duration("response_time_mean_s"),
            row.duration("response_time_max_s"),
        ]
    },
};

/// A number that is shown if something happened.
fn not_zero(number: u64) -> Line {
    match number {
        0 => Line::new(),
        number => Line::of(Style::Notable, &crate::terminal::units::count(number)),
    }
}

/// Errors of clients and servers stand out.
fn status(code: &str) -> Style {
    if code.starts_with(['4', '5']) { Style::Notable } else { Style::Plain }
}

#[cfg(test)]
mod tests {
    use crate::output::views::view;
    use crate::table;
    use crate::terminal::Screen;

    /// A row of a table with these cells, as a terminal of some columns shows it.
    fn shown(name: &str, columns: usize, cells: &[(&str, &str)]) -> String {
        let table = table::named(name).expect("it is there");
        let cell = |name| cells.iter().find(|(known, _)| *known == name).map_or("", |one| one.1);
        let row = table.columns.iter().map(|column| cell(column.name).to_string()).collect();
        let mut out = Vec::new();
        let screen = Screen { columns, rows: 24, color: false };
        view(table).expect("it has one").write(vec![row], screen, &mut out).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn eighty_columns_have_the_numbers_that_matter() {
        let name = "a-name-of-a-host.in-a-subdomain.of-a-long-domain.example.com";
        let dns = [
            ("name", name),
            ("type", "AAAA"),
            ("queries", "12"),
            ("answered", "11"),
            ("name_error", "3"),
            ("refused", "4"),
            ("response_time_mean_s", "0.015000000"),
        ];
        let text = shown("dns", 80, &dns);
        let last: Vec<&str> = text.lines().last().expect("a row").split_whitespace().collect();
        assert_eq!(last[1..5], ["AAAA", "12", "11", "7"], "{text}");
        let tls = [("server_name", ""), ("version", "TLS 1.3"), ("handshakes", "5")];
        let text = shown("tls", 80, &tls);
        assert!(text.contains("(no server name)") && text.contains("handshakes"), "{text}");
        let http = [("host", name), ("method", "GET"), ("status", "404"), ("requests", "9")];
        let text = shown("http", 80, &http);
        assert!(text.contains("404") && text.contains("requests"), "{text}");
    }

    #[test]
    fn both_ends_of_ipv6_are_shown() {
        let [a, b] = ["2001:db8:1111:2222:3333:4444:5555:1", "2001:db8:1111:2222:3333:4444:5555:2"];
        let cells = [("address_a", a), ("port_a", "1"), ("address_b", b), ("port_b", "443")];
        for table in ["conversations", "flows", "streams"] {
            let text = shown(table, 80, &cells);
            assert!(text.contains(":1]:1 ↔ "), "{text}");
            assert!(text.contains(":2]:443"), "{text}");
        }
        assert!(shown("conversations", 200, &cells).contains(&format!("[{a}]:1 ↔ [{b}]:443")));
    }
}
