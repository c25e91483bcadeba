//! `protocols`: the protocol hierarchy, a row for every prefix of every path, in tree order.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::dissect::protocol::Path;
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::totals::Counts;

/// The table.
pub static TABLE: Table = Table {
    name: "protocols",
    about: "the protocol hierarchy: packets and bytes at every prefix of every protocol path",
    columns: COLUMNS,
    needs: Needs { paths: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column(
        "protocols",
        ColumnType::Text,
        "the path from the outermost layer, e.g. eth:vlan:ip:udp",
    ),
    column("protocol", ColumnType::Text, "the last layer of the path"),
    column("depth", ColumnType::Integer, "how many layers the path has"),
    column("packets", ColumnType::Integer, "packets whose path begins so"),
    column("captured_bytes", ColumnType::Integer, "their captured bytes, whole frames"),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire, whole frames"),
];

/// A prefix of a path and what was counted below it.
struct Node<'a> {
    path: &'a Path,
    depth: usize,
    counts: Counts,
}

fn rows(report: &Report) -> Rows<'_> {
    let mut paths: Vec<(&Path, Counts)> = report
        .tallies
        .paths
        .iter()
        .flat_map(|tally| &tally.paths)
        .map(|(path, counts)| (path, *counts))
        .collect();
    paths.sort_unstable_by(|(one, _), (two, _)| one.cmp_by_name(two));
    let mut nodes: Vec<Node<'_>> = Vec::new();
    // The nodes that the next path may still lie below, outermost first.
    let mut open: Vec<usize> = Vec::new();
    for (path, counts) in paths {
        let common = open.last().map_or(0, |&last| nodes[last].path.common_by_name(path));
        open.truncate(common);
        for depth in open.len() + 1..=path.layers().len() {
            open.push(nodes.len());
            nodes.push(Node { path, depth, counts: Counts::default() });
        }
        for &node in &open {
            nodes[node].counts.merge(counts);
        }
    }
    Rows::from_list(nodes, |Node { path, depth, counts }, row| {
        let layers = path.layers().get(..*depth).unwrap_or_default();
        row.push(Cell::Path(layers));
        row.push(layers.last().map_or(Cell::Empty, |layer| Cell::Protocol(*layer)));
        row.push(Cell::Integer(*depth as u64));
        row.push(Cell::Integer(counts.packets));
        row.push(Cell::Integer(counts.captured_bytes));
        row.push(Cell::Integer(counts.wire_bytes));
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::protocol::Protocol;
    use crate::output::csv;
    use crate::tally::{Needs, Tallies};

    /// The rows for one packet of each of these paths.
    fn table(paths: &[&[Protocol]]) -> String {
        let mut tallies = Tallies::new(Needs { paths: true, ..NOTHING }, 1);
        let counted = &mut tallies.paths.as_mut().unwrap().paths;
        for path in paths {
            let one = Counts { packets: 1, captured_bytes: 2, wire_bytes: 3 };
            counted.entry(Path::of(path)).or_default().merge(one);
        }
        let report = Report::empty("f".into(), tallies);
        String::from_utf8(csv::table(&TABLE, &report))
            .unwrap()
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn every_prefix_has_one_row_in_tree_order() {
        use Protocol as P;
        let rows = table(&[
            &[P::ETH, P::IP, P::UDP],
            &[P::ETH],
            &[P::ETH, P::ARP],
            &[P::ETH, P::IP, P::TCP],
            &[P::RAW, P::IP],
        ]);
        let expected = "f,eth,eth,1,4,8,12\nf,eth:arp,arp,2,1,2,3\nf,eth:ip,ip,2,2,4,6\nf,eth:ip:tcp,tcp,3,1,2,3\n\
            f,eth:ip:udp,udp,3,1,2,3\nf,raw,raw,1,1,2,3\nf,raw:ip,ip,2,1,2,3";
        assert_eq!(rows, expected);
    }

    #[test]
    fn protocols_of_the_same_name_share_a_row() {
        use Protocol as P;
        let rows = table(&[
            &[P::GRE, P::ERSPAN_I, P::ETH],
            &[P::GRE, P::ERSPAN_II, P::ETH],
            &[P::GRE, P::ERSPAN_III],
        ]);
        assert_eq!(
            rows,
            "f,gre,gre,1,3,6,9\nf,gre:erspan,erspan,2,3,6,9\nf,gre:erspan:eth,eth,3,2,4,6"
        );
    }
}
