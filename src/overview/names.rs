//! Names that were asked for: over DNS, in TLS handshakes and HTTP requests, most wanted first.

use super::fact;
use super::rows::{Row, View};
use crate::report::Report;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{count, counted};

/// A source of names: its label, table, the columns of name and number, and the counts of `health`
/// that tell how well it went.
struct Source {
    label: &'static str,
    table: &'static str,
    name: &'static str,
    number: &'static str,
    all: (&'static str, &'static str),
    troubles: [(&'static str, &'static str); 2],
}

const SOURCES: [Source; 3] = [
    Source {
        label: "DNS",
        table: "dns",
        name: "name",
        number: "queries",
        all: ("dns_queries", "query"),
        troubles: [("dns_errors", "error"), ("dns_unanswered", "unanswered")],
    },
    Source {
        label: "TLS",
        table: "tls",
        name: "server_name",
        number: "handshakes",
        all: ("tls_handshakes", "handshake"),
        troubles: [("tls_alerts", "alert"), ("tls_incomplete", "incomplete")],
    },
    Source {
        label: "HTTP",
        table: "http",
        name: "host",
        number: "requests",
        all: ("http_requests", "request"),
        troubles: [("http_errors", "error"), ("http_unanswered", "unanswered")],
    },
];

/// Rows among which the names are looked for.
const MOST_ROWS: usize = 200;

pub(super) fn lines(report: &Report, columns: usize, _: usize) -> Vec<Line> {
    let Some(health) = View::of(report, "health").and_then(|table| table.row(0)) else {
        return Vec::new();
    };
    let lines = SOURCES.iter().filter_map(|source| {
        let all = health.number(source.all.0);
        (all > 0).then(|| fact(source.label, line(report, source, all, &health, columns)))
    });
    lines.collect()
}

fn line(report: &Report, source: &Source, all: u64, health: &Row, columns: usize) -> Line {
    let noun = match (source.all.1, all) {
        ("query", 2..) => format!("{} queries", count(all)),
        (noun, _) => counted(all, noun),
    };
    let mut line = Line::of(Style::Plain, &noun);
    let troubles = troubles(source, health);
    let names = names(report, source);
    let mut separator = ": ";
    for (number, (name, asked)) in names.iter().enumerate() {
        let room = super::heading::text_columns(columns)
            .saturating_sub(line.width() + troubles.width() + 2);
        let rest = if number + 1 < names.len() { ", …".len() } else { 0 };
        let text = if *asked > 1 { format!(" ×{}", count(*asked)) } else { String::new() };
        let next = Line::of(Style::Strong, name).with(Style::Faint, &text);
        if next.width() + rest > room && number > 0 {
            line.push(Style::Faint, &format!("{separator}…"));
            break;
        }
        line.push(Style::Plain, separator);
        line = line.then(next);
        separator = ", ";
    }
    line.then(troubles)
}

/// Numbers of errors and the like, after the names: they are not those of the first name.
fn troubles(source: &Source, health: &Row) -> Line {
    let mut line = Line::default();
    for (column, name) in source.troubles {
        let trouble = health.number(column);
        if trouble > 0 {
            let plural =
                if trouble == 1 || name.ends_with('d') || name.ends_with('e') { "" } else { "s" };
            line.push(Style::Faint, " · ");
            line.push(Style::Notable, &format!("{} {name}{plural}", count(trouble)));
        }
    }
    line
}

/// Names and how often each was asked for, most wanted first.
fn names(report: &Report, source: &Source) -> Vec<(String, u64)> {
    let mut names: Vec<(String, u64)> = Vec::new();
    let table = View::of(report, source.table);
    for row in table.iter().flat_map(|table| table.first(MOST_ROWS)) {
        let (name, asked) = (row.text(source.name), row.number(source.number));
        match names.iter_mut().find(|(known, _)| *known == name) {
            _ if name.is_empty() || asked == 0 => {}
            Some((_, known)) => *known += asked,
            None => names.push((name, asked)),
        }
    }
    names.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    names
}
