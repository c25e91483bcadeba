//! The protocol hierarchy, as an icicle and as a table.

use crate::page::capture::Detail;
use crate::page::chart::icicle::{Node, icicle};
use crate::page::lines::{Line, Lines};
use crate::page::{rendered, text};
use crate::report::Report;
use askama::Template;

/// Rows that are looked at: a hostile capture has thousands.
const MOST: usize = 2_000;

#[derive(Template)]
#[template(path = "protocols.html")]
struct Protocols<'a> {
    icicle: &'a str,
    rows: Vec<Row>,
    left_out: usize,
}

struct Row {
    indent: usize,
    name: String,
    path: String,
    width: String,
    packets: String,
    share: String,
    bytes: String,
}

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let lines = Lines::first("protocols", report, MOST);
    if lines.rows.is_empty() {
        return None;
    }
    let top = lines.rows.iter().filter(|line| line.number("depth") == 1);
    let total: u64 = top.map(|line| line.number("packets")).sum();
    let depth = |line: &Line| usize::try_from(line.number("depth")).unwrap_or(0);
    let node = |line: &Line| Node {
        depth: depth(line),
        name: line.text("protocol"),
        packets: line.number("packets"),
        title: format!(
            "{}: {} ({}), {}",
            line.text("protocols"),
            text::counted(line.number("packets"), "packet"),
            text::share(line.number("packets"), total),
            text::bytes(line.number("wire_bytes"))
        ),
    };
    let nodes: Vec<Node> = lines.rows.iter().map(node).collect();
    let row = |line: &Line| Row {
        indent: depth(line).saturating_sub(1),
        name: line.text("protocol"),
        path: text::name(&line.text("protocols")),
        width: format!("{:.1}", text::percent(line.number("packets"), total)),
        packets: text::count(line.number("packets")),
        share: text::share(line.number("packets"), total),
        bytes: text::bytes(line.number("wire_bytes")),
    };
    let rows: Vec<Row> = lines.rows.iter().take(detail.rows).map(row).collect();
    let left_out = lines.total.saturating_sub(rows.len());
    let icicle = icicle(&nodes, detail.rows.max(12) * 2);
    Some(rendered(&Protocols { icicle: &icicle, rows, left_out }))
}
