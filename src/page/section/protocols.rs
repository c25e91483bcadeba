//! The protocol hierarchy, as an icicle and as a table.

use crate::page::capture::Detail;
use crate::page::chart::icicle::{Node, icicle};
use crate::page::lines::{Line, Lines};
use crate::page::{rendered, text};
use crate::report::Report;
use askama::Template;
use std::cmp::Reverse;

/// Rows that are looked at: a hostile capture has thousands.
const MOST: usize = 2_000;

#[derive(Template)]
#[template(path = "protocols.html")]
struct Protocols<'a> {
    icicle: &'a str,
    rows: Vec<Row>,
    left_out: String,
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
    let packets = |line: &Line| line.number("packets");
    let depth = |line: &Line| usize::try_from(line.number("depth")).unwrap_or(0);
    let total: u64 = lines.rows.iter().filter(|line| depth(line) == 1).map(packets).sum();
    let ordered = busiest_first(&lines.rows, depth, packets);
    let node = |line: &&Line| Node {
        depth: depth(line),
        name: line.text("protocol"),
        packets: packets(line),
        title: format!(
            "{}: {} ({}), {}",
            line.text("protocols"),
            text::counted(packets(line), "packet"),
            text::share(packets(line), total),
            text::bytes(line.number("wire_bytes"))
        ),
    };
    let nodes: Vec<Node> = ordered.iter().map(node).collect();
    let row = |line: &Line| Row {
        indent: depth(line).saturating_sub(1),
        name: line.text("protocol"),
        path: text::name(&line.text("protocols")),
        width: format!("{:.1}", text::percent(packets(line), total)),
        packets: text::count(packets(line)),
        share: text::share(packets(line), total),
        bytes: text::bytes(line.number("wire_bytes")),
    };
    // No protocol has more packets than the one that carries it, which is before it.
    let mut greatest: Vec<(usize, u64)> =
        ordered.iter().map(|line| packets(line)).enumerate().collect();
    greatest.sort_by_key(|(place, packets)| (Reverse(*packets), *place));
    greatest.truncate(detail.rows);
    greatest.sort_unstable();
    let shown = greatest.iter().filter_map(|(place, _)| ordered.get(*place));
    let rows: Vec<Row> = shown.map(|line| row(line)).collect();
    let left_out = match lines.total.saturating_sub(rows.len()) {
        0 => String::new(),
        more => text::count(more as u64),
    };
    let icicle = icicle(&nodes, detail.rows.max(12) * 2);
    Some(rendered(&Protocols { icicle: &icicle, rows, left_out }))
}

/// Rows of a hierarchy, of those that one protocol carries the busiest first.
fn busiest_first<T>(
    rows: &[T],
    depth: impl Fn(&T) -> usize,
    packets: impl Fn(&T) -> u64,
) -> Vec<&T> {
    // Of each row those that it carries, and at the end those that none does.
    let mut carried: Vec<Vec<usize>> = vec![Vec::new(); rows.len() + 1];
    let mut above: Vec<(usize, usize)> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        while above.last().is_some_and(|(_, known)| *known >= depth(row)) {
            above.pop();
        }
        let carrier = above.last().map_or(rows.len(), |(place, _)| *place);
        if let Some(list) = carried.get_mut(carrier) {
            list.push(place);
        }
        above.push((place, depth(row)));
    }
    let busy = |place: &usize| rows.get(*place).map_or(0, &packets);
    let (mut ordered, mut next) = (Vec::new(), vec![rows.len()]);
    while let Some(place) = next.pop() {
        ordered.extend(rows.get(place));
        if let Some(list) = carried.get_mut(place) {
            list.sort_by_key(|place| Reverse(busy(place)));
            next.extend(list.iter().rev());
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_protocol_is_first_below_its_carrier() {
        let rows = [
            (1, 9, "eth"),
            (2, 1, "arp"),
            (2, 8, "ip"),
            (3, 2, "tcp"),
            (3, 6, "udp"),
            (4, 6, "dns"),
            (1, 20, "ppp"),
        ];
        let ordered = busiest_first(&rows, |row| row.0, |row| row.1);
        let names: Vec<&str> = ordered.iter().map(|row| row.2).collect();
        assert_eq!(names, ["ppp", "eth", "ip", "udp", "dns", "tcp", "arp"]);
    }
}
