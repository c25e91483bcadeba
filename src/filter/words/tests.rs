//! Words and their names.

use super::*;
use std::collections::HashSet;

#[test]
fn names_are_unique() {
    let names: HashSet<_> = WORDS.iter().map(|word| word.name).collect();
    assert_eq!(names.len(), WORDS.len());
    assert!(WORDS.iter().all(|word| !word.about.is_empty()));
}

#[test]
fn protocols_have_names_of_the_column_and_of_tcpdump() {
    assert_eq!(protocols("vxlan"), [Protocol::VXLAN]);
    assert_eq!(protocols("icmp6"), [Protocol::ICMPV6]);
    assert_eq!(protocols("erspan").len(), 2);
    assert!(protocols("dns").is_empty() && protocols("frame").is_empty());
}
