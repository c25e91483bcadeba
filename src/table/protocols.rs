//! `protocols`: the protocol hierarchy, a row for every prefix of every path, in tree order.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::dissect::protocol::Path;
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::totals::Counts;

/// The table.
pub static TABLE: Table = Table {
    name: "protocols",
    about: "the protocol hierarchy: packets and bytes at every prefix of every protocol path",
    columns: COLUMNS,
    needs: Needs { paths: true, applications: true, packet_names: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(node: &Node<'_>) {
        let counts = node.counts;
        let layers = node.path.layers().get(..node.depth).unwrap_or_default();
    }
    protocols: Text, "path from the outermost layer, e.g. eth:vlan:ip:udp" => Cell::Layers(layers);
    protocol: Text, "last protocol of the path" =>
        layers.last().map_or(Cell::Empty, |layer| Cell::Protocol(*layer));
    depth: Integer "layers", "number of layers in the path" => Cell::Integer(node.depth as u64);
    packets: Integer "packets", "packets whose path begins with this one" =>
        Cell::Integer(counts.packets);
    captured_bytes: Integer "bytes", "captured length of these packets" =>
        Cell::Integer(counts.captured_bytes);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(counts.wire_bytes);
}

/// A prefix of a path and the packets below it.
struct Node<'a> {
    path: &'a Path,
    depth: usize,
    counts: Counts,
}

fn rows(report: &Report) -> Rows<'_> {
    let tallied = report.tallies.paths.iter().flat_map(|tally| tally.iter());
    // A packet with an application counts at the path up to its transport already.
    let named = report.folds.iter().flat_map(|folds| folds.named_paths().iter());
    let mut paths: Vec<(&Path, Counts, bool)> = tallied
        .map(|(path, counts)| (path, *counts, false))
        .chain(named.map(|(path, counts)| (path, *counts, true)))
        .collect();
    paths.sort_unstable_by(|(one, ..), (two, ..)| one.cmp_by_name(two));
    let mut nodes: Vec<Node<'_>> = Vec::new();
    // The nodes that the next path may still lie below, outermost first.
    let mut open: Vec<usize> = Vec::new();
    for (path, counts, only_last) in paths {
        let common = open.last().map_or(0, |&last| nodes[last].path.common_by_name(path));
        open.truncate(common);
        for depth in open.len() + 1..=path.layers().len() {
            open.push(nodes.len());
            nodes.push(Node { path, depth, counts: Counts::default() });
        }
        let first = if only_last { open.len().saturating_sub(1) } else { 0 };
        for &node in open.iter().skip(first) {
            nodes[node].counts.merge(counts);
        }
    }
    Rows::from_list(nodes, fill)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::protocol::Protocol;
    use crate::output::csv;
    use crate::tally::{Needs, Tallies};

    /// The rows for one packet of each of these paths.
    fn table(paths: &[&[Protocol]]) -> String {
        let mut tallies = Tallies::new(Needs { paths: true, ..Needs::NOTHING }, 1);
        let counted = tallies.paths.as_mut().unwrap();
        for path in paths {
            let one = Counts { packets: 1, captured_bytes: 2, wire_bytes: 3 };
            counted.add(Path::of(path), one);
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
            &[P::GRE, P::ERSPAN, P::ETH],
            &[P::GRE, P::ERSPAN],
        ]);
        assert_eq!(
            rows,
            "f,gre,gre,1,3,6,9\nf,gre:erspan,erspan,2,3,6,9\nf,gre:erspan:eth,eth,3,2,4,6"
        );
    }
}
