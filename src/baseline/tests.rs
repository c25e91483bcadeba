//! Differences between two versions of small tables.

use super::compare::{self, Difference, Rules};
use super::{KEY_COLUMNS, Tolerance, key_columns};
use crate::table::{self, TABLES};

fn differences(name: &str, before: &[&str], after: &[&str], tolerance: &str) -> Vec<Difference> {
    let table = table::named(name).unwrap();
    let header = table.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",");
    let file = |rows: &[&str]| format!("{header}\n{}\n", rows.join("\n"));
    let (before, after) = (file(before), file(after));
    let mut found = Vec::new();
    let tolerance: Tolerance = tolerance.parse().unwrap();
    let rules = Rules { keys: key_columns(name), tolerance, columns: &|_| true };
    compare::tables(table, rules, before.as_bytes(), after.as_bytes(), |difference| {
        found.push(difference);
        Ok(())
    })
    .unwrap();
    found
}

fn shown(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(|difference| difference.cells("t").join("|")).collect()
}

#[test]
fn equal_tables_have_no_difference_whatever_their_order() {
    let rows = ["a,eth,eth,1,5,50,60", "a,eth:ip,ip,2,4,40,50"];
    assert_eq!(differences("protocols", &rows, &rows, "0%"), []);
    assert_eq!(differences("protocols", &rows, &[rows[1], rows[0]], "0%"), []);
}

#[test]
fn cells_rows_and_columns_are_named() {
    let before = ["a,eth,eth,1,100,50,60", "a,eth:ip,ip,2,4,40,50"];
    let after = ["a,eth,eth,1,104,50,60", "a,eth:arp,arp,2,1,40,50"];
    assert_eq!(
        shown(&differences("protocols", &before, &after, "0")),
        ["t|a eth|packets|100|104", "t|a eth:ip||present|", "t|a eth:arp|||present"]
    );
    let tolerated = shown(&differences("protocols", &before, &after, "4%"));
    assert_eq!(tolerated, ["t|a eth:ip||present|", "t|a eth:arp|||present"]);
}

#[test]
fn paths_of_one_file_are_one_key() {
    let row = |file: &str| format!("{file},eth,eth,1,5,50,60");
    for (before, after) in [("./a", "a"), ("a/b", "./a/./b"), ("/a//b", "/a/b")] {
        let (before, after) = (row(before), row(after));
        assert_eq!(differences("protocols", &[&before], &[&after], "0%"), []);
    }
    let (before, after) = (row("/a"), row("a"));
    assert_eq!(differences("protocols", &[&before], &[&after], "0%").len(), 2);
}

#[test]
fn rows_of_one_key_are_paired_in_order() {
    let before = ["a,0,24,10", "a,0,24,20"];
    let after = ["a,0,24,10", "a,0,24,21", "a,0,24,30"];
    assert_eq!(
        shown(&differences("gaps", &before, &after, "0")),
        ["t|a 0 24|bytes|20|21", "t|a 0 24|||present"]
    );
}

#[test]
fn keys_are_the_leading_columns_that_are_not_counted() {
    for (name, count) in KEY_COLUMNS {
        let Some(table) = table::named(name) else { continue };
        let counted = ["packets", "wire_bytes", "captured_bytes", "bytes"];
        let keys: Vec<_> = table.columns.iter().take(*count).map(|column| column.name).collect();
        assert!(!keys.iter().any(|key| counted.contains(key)), "{name}: {keys:?}");
    }
    assert!(TABLES.iter().all(|table| key_columns(table.name) < table.columns.len()));
}
