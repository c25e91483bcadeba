//! The README says what the program does: its list of tables and problems is the program's own.

use pcapstat::dissect::problem::PROBLEMS;
use pcapstat::table::TABLES;

const README: &str = include_str!("../README.md");

#[test]
fn the_readme_lists_every_table_with_its_columns() {
    for table in TABLES {
        let columns: Vec<_> = table.columns.iter().skip(1).map(|column| column.name).collect();
        let row = format!("| `{}` | {} | {} |", table.name, table.about, columns.join(", "));
        assert!(README.contains(&row), "missing in README.md:\n{row}");
    }
}

#[test]
fn the_readme_lists_every_problem() {
    for facts in PROBLEMS {
        let row = format!("| `{}` | {} | {} |", facts.name, facts.layer, facts.meaning);
        assert!(README.contains(&row), "missing in README.md:\n{row}");
    }
}
