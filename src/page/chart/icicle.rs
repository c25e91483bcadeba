//! The protocol hierarchy as an icicle: each protocol as wide as its packets, below the one that
//! carries it.

use super::percent;
use askama::filters::{Html, escape};

/// Height of a row in pixels.
const ROW: usize = 26;

/// Depth of the deepest row.
const MOST_DEPTH: usize = 12;

/// A protocol below others, in the order of the hierarchy.
pub struct Node {
    /// Number of protocols down to this one.
    pub depth: usize,
    /// Its name.
    pub name: String,
    /// Its packets.
    pub packets: u64,
    /// Text under the pointer.
    pub title: String,
}

/// The drawing of at most so many nodes. Narrow ones are left out.
pub fn icicle(nodes: &[Node], most: usize) -> String {
    /// Share of the width that can be seen, in percent.
    const LEAST: f64 = 0.15;
    let total: u64 = nodes.iter().filter(|node| node.depth == 1).map(|node| node.packets).sum();
    // Begin of the next node of each depth.
    let mut next = [0_u64; MOST_DEPTH + 2];
    let (mut body, mut rows, mut drawn) = (String::new(), 0, 0);
    for node in nodes.iter().filter(|node| (1..=MOST_DEPTH).contains(&node.depth)) {
        let x = next.get(node.depth).copied().unwrap_or(0);
        if let Some(after) = next.get_mut(node.depth) {
            *after += node.packets;
        }
        if let Some(below) = next.get_mut(node.depth + 1) {
            *below = x;
        }
        let share = |part: u64| if total > 0 { part as f64 * 100.0 / total as f64 } else { 0.0 };
        let width = share(node.packets);
        if width < LEAST || drawn == most {
            continue;
        }
        (rows, drawn) = (rows.max(node.depth), drawn + 1);
        let Ok(title) = escape(&node.title, Html);
        let Ok(name) = escape(&node.name, Html);
        let label = match width {
            _ if width < 3.0 => String::new(),
            _ if width < 14.0 => format!(r#"<text class="narrow" x="6" y="17">{name}</text>"#),
            _ => format!(
                r#"<text x="6" y="17">{name} <tspan class="soft{}">{width:.0}&#160;%</tspan></text>"#,
                if width < 35.0 { " narrow" } else { "" }
            ),
        };
        body += &format!(
            r#"<svg x="{}%" y="{}" width="{}%" height="{ROW}"><g class="d{}"><title>{title}</title><rect width="100%" height="{}"/>{label}</g></svg>"#,
            percent(share(x)),
            (node.depth - 1) * ROW,
            percent(width),
            (node.depth - 1) % 6,
            ROW - 1,
        );
    }
    let height = rows * ROW;
    format!(
        r#"<svg class="icicle" width="100%" height="{height}" role="img" aria-label="protocol hierarchy by packets">{body}</svg>"#
    )
}
