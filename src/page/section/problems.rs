//! Problems of packets and of the file, each with what it means.

use crate::dissect::problem::PROBLEMS;
use crate::error::FILE_PROBLEMS;
use crate::page::capture::Detail;
use crate::page::lines::{Line, Lines};
use crate::page::{rendered, text};
use crate::report::Report;
use askama::Template;
use std::cmp::Reverse;

#[derive(Template)]
#[template(path = "problems.html")]
struct Problems {
    items: Vec<Item>,
}

struct Item {
    name: String,
    layer: String,
    meaning: &'static str,
    packets: String,
    first_packet: String,
    first_offset: String,
}

pub fn make(report: &Report, _: Detail) -> Option<String> {
    // There are as many as the program knows.
    let lines = Lines::first("problems", report, usize::MAX);
    let item = |line: &Line| Item {
        meaning: meaning(&line.text("problem")),
        name: line.text("problem"),
        layer: line.text("layer"),
        packets: match line.number("packets") {
            0 => "the file".into(),
            packets => text::count(packets),
        },
        first_packet: text::count(line.number("first_packet")),
        first_offset: text::count(line.number("first_offset")),
    };
    let mut rows: Vec<&Line> = lines.rows.iter().collect();
    // Those of the file have no packets, and come first.
    rows.sort_by_key(|line| Reverse(line.number("packets").wrapping_sub(1)));
    let items: Vec<Item> = rows.into_iter().map(item).collect();
    (!items.is_empty()).then(|| rendered(&Problems { items }))
}

/// Meaning of a problem's name.
fn meaning(name: &str) -> &'static str {
    let of_packets = PROBLEMS.iter().map(|problem| (problem.name, problem.meaning));
    let mut known = of_packets.chain(FILE_PROBLEMS.iter().copied());
    known.find(|(known, _)| *known == name).map_or("", |(_, meaning)| meaning)
}
