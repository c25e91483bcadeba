//! Filters as sets of packets: `and`, `or` and `not` of any expressions, and no condition at all.

use super::EXPRESSIONS;
use crate::cli::{directory, run};
use crate::frames;
use pcapstat::dissect::dissect;
use pcapstat::dissect::packet::Packet;
use pcapstat::filter::Filter;
use proptest::prelude::*;

/// Parts of expressions, to be joined.
fn part() -> impl Strategy<Value = String> {
    let words = prop::sample::select(EXPRESSIONS.to_vec()).prop_map(String::from);
    let ours = prop::sample::select(vec![
        "any host 10.0.0.1",
        "any net 10.0.0.0/8",
        "any tcp",
        "any udp port 80",
        "any vlan 1",
        "vxlan",
        "gre",
        "any ip6",
        "problem",
        "gtp",
    ]);
    prop_oneof![3 => words, 1 => ours.prop_map(String::from)]
}

proptest! {
    #[test]
    fn and_or_and_not_are_those_of_sets(
        loose in frames::loose(), one in part(), two in part(), three in part()
    ) {
        let record = loose.record(0);
        let mut packet = Packet::empty();
        dissect(&record, &mut packet);
        let holds = |text: String| match Filter::new(&text) {
            Ok(filter) => filter.matches(&packet),
            Err(error) => panic!("{error}"),
        };
        let (a, b, c) = (holds(one.clone()), holds(two.clone()), holds(three.clone()));
        prop_assert_eq!(holds(format!("({one}) and ({two})")), a && b);
        prop_assert_eq!(holds(format!("({one}) or ({two})")), a || b);
        prop_assert_eq!(holds(format!("not ({one})")), !a);
        prop_assert_eq!(holds(format!("({one}) or ({two}) and ({three})")), (a || b) && c);
        prop_assert_eq!(holds(format!("({one}) and ({two}) or not ({three})")), a && b || !c);
    }

    /// On every layer there is all that there is on the outermost ones.
    #[test]
    fn any_matches_at_least_what_the_outermost_layers_match(loose in frames::loose()) {
        let record = loose.record(0);
        let mut packet = Packet::empty();
        dissect(&record, &mut packet);
        for word in ["tcp", "udp", "ip", "ip6", "net 10", "port 80", "proto 17", "vlan", "gre"] {
            let outer = Filter::new(word).expect("an expression");
            let any = Filter::new(&format!("any {word}")).expect("an expression");
            prop_assert!(!outer.matches(&packet) || any.matches(&packet), "{}", word);
        }
    }
}

/// As for tcpdump, an empty expression is no condition: scripts pass one on.
#[test]
fn an_empty_expression_matches_every_packet() {
    let directory = directory();
    let all = run(directory.path(), &["-t", "packets", "a.pcap"]).stdout;
    for empty in ["", " "] {
        let said = run(directory.path(), &["--filter", empty, "-t", "packets", "a.pcap"]);
        assert_eq!(
            (said.code, said.stdout.as_str(), said.stderr.as_str()),
            (Some(0), all.as_str(), "")
        );
    }
}
