//! The list of names.

use super::*;

#[test]
fn names_are_found_and_sorted() {
    assert!(NAMES.is_sorted_by_key(|(number, _)| *number));
    assert_eq!(LinkType(1).to_string(), "ether");
    assert_eq!(LinkType(276).to_string(), "linux-sll2");
    assert_eq!(LinkType(147).to_string(), "user0");
    assert_eq!(LinkType(300).to_string(), "dlt-300");
}
