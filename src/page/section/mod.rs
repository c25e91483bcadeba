//! Sections of a capture, in the order of the page.

mod conversations;
mod endpoints;
mod gaps;
mod lengths;
mod names;
mod problems;
mod protocols;
mod tcp;
mod time;

pub use time::steps;

use super::capture::Detail;
use crate::report::Report;
use std::cmp::Reverse;

/// A section.
pub struct Section {
    /// Its place in links.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Makes it. None if there is nothing to show.
    pub make: fn(&Report, Detail) -> Option<String>,
}

/// All sections.
pub const SECTIONS: &[Section] = &[
    Section { id: "time", title: "Traffic over time", make: time::make },
    Section { id: "problems", title: "Problems", make: problems::make },
    Section { id: "gaps", title: "Skipped regions", make: gaps::make },
    Section { id: "protocols", title: "Protocols", make: protocols::make },
    Section { id: "conversations", title: "Conversations", make: conversations::make },
    Section { id: "endpoints", title: "Endpoints", make: endpoints::make },
    Section { id: "tcp", title: "TCP", make: tcp::make },
    Section { id: "names", title: "DNS, TLS and HTTP", make: names::make },
    Section { id: "lengths", title: "Packet lengths", make: lengths::make },
];

/// Layers in the order of `conversations` and `endpoints`, and their headings.
const LAYERS: [(&str, &str); 6] = [
    ("eth", "Ethernet"),
    ("ipv4", "IPv4"),
    ("ipv6", "IPv6"),
    ("tcp", "TCP"),
    ("udp", "UDP"),
    ("sctp", "SCTP"),
];

/// A heading inside of a section.
fn heading(text: &str, total: usize) -> String {
    format!("<h4>{text} <span class=\"soft\">{}</span></h4>", super::text::count(total as u64))
}

/// Grids of a table with one for each layer: transport layers, IP, Ethernet, of those alike the one
/// with the busiest row first. None if there are no rows.
fn by_layer(
    table: &str,
    columns: &[super::grid::Column],
    report: &Report,
    detail: Detail,
) -> Option<String> {
    if detail.rows == 0 {
        return None;
    }
    let names = LAYERS.map(|(name, _)| name);
    let found = super::lines::Lines::by_layer(table, &names, report, detail.rows);
    let mut html = String::new();
    let mut grids: Vec<_> = LAYERS.iter().zip(&found).filter(|(_, one)| one.total > 0).collect();
    let rank = |name: &str| match name {
        "eth" => 0,
        "ipv4" | "ipv6" => 1,
        _ => 2,
    };
    grids.sort_by_key(|((name, _), lines)| {
        Reverse((rank(name), lines.rows.first().map_or(0, |busiest| busiest.number("packets"))))
    });
    for ((name, title), lines) in grids {
        html += &heading(title, lines.total);
        // Applications are those of transports.
        let known = |column: &&super::grid::Column| rank(name) == 2 || column.name != "application";
        let columns: Vec<_> = columns.iter().filter(known).copied().collect();
        html += &super::grid::grid(table, &columns, lines);
    }
    Some(html).filter(|html| !html.is_empty())
}
