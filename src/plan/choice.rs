//! Choices of the command line: tables, format, conditions, protocols of ports.

use crate::cli::{AUTO, Cli, OTHER_NAMES};
use crate::dissect::decode_as::DecodeAs;
use crate::expect::{Expectation, column_of};
use crate::filter::Filter;
use crate::fold::application::can_be_assigned;
use crate::hints::statistics::unknown_table;
use crate::output::arranged::RowCondition;
use crate::output::format::{self, Format};
use crate::pass::period::{self, Period};
use crate::pass::selected::{Condition, Conditions};
use crate::pass::slice::Slice;
use crate::suggest::{elsewhere, nearest};
use crate::table::{self, TABLES, Table};
use std::sync::Arc;

/// The assignments of `-d`.
pub(super) fn decode_as(texts: &[String]) -> Result<Arc<[DecodeAs]>, String> {
    let parsed = |text: &String| {
        let row: DecodeAs = text.parse().map_err(|error| format!("--decode-as: {error}"))?;
        match row.application() {
            Some((field, application)) if !can_be_assigned(field, application) => {
                let name = application.name();
                Err(format!("--decode-as {text}: {name} is not over this layer"))
            }
            _ => Ok(row),
        }
    };
    texts.iter().map(parsed).collect()
}

/// An option that selects packets: its name, its texts in a command line, the condition of a text.
type Selecting =
    (&'static str, fn(&Cli) -> Vec<&String>, fn(&str) -> Result<Box<dyn Condition>, String>);

const SELECTING: &[Selecting] = &[
    ("--filter", |cli| cli.filter.iter().collect(), filter),
    ("--packets", |cli| cli.packets.iter().collect(), |text| Ok(Box::new(text.parse::<Slice>()?))),
    ("--from", |cli| cli.from.iter().collect(), |text| Ok(Box::new(Period::from(text)?))),
    ("--to", |cli| cli.to.iter().collect(), |text| Ok(Box::new(Period::to(text)?))),
];

fn filter(text: &str) -> Result<Box<dyn Condition>, String> {
    Ok(Box::new(Filter::new(text).map_err(|error| error.to_string())?))
}

/// Conditions on packets, all of which must hold.
pub(super) fn conditions(cli: &Cli) -> Result<Conditions, String> {
    if let (Some(from), Some(to)) = (&cli.from, &cli.to) {
        period::in_order(from, to)?;
    }
    let of = |(option, given, condition): &Selecting| -> Vec<Result<_, String>> {
        let made = |text: &String| condition(text).map_err(|error| format!("{option}: {error}"));
        given(cli).into_iter().map(made).collect()
    };
    SELECTING.iter().flat_map(of).collect()
}

/// The options that select packets, as they were given. None if there are none.
pub(super) fn selection(cli: &Cli) -> Option<String> {
    let of = |(option, given, _): &Selecting| -> Vec<String> {
        given(cli).into_iter().map(|text| format!("{option} '{text}'")).collect()
    };
    let given: Vec<String> = SELECTING.iter().flat_map(of).collect();
    Some(given.join(" ")).filter(|given| !given.is_empty())
}

/// Names of the tables with one row for each input, whose columns can be expected.
const EXPECTED_TABLES: [&str; 2] = ["summary", "health"];

pub(super) fn expectations(texts: &[String]) -> Result<Vec<Expectation>, String> {
    let tables: Vec<_> = EXPECTED_TABLES.iter().filter_map(|name| table::named(name)).collect();
    let parsed = |text: &String| {
        Expectation::new(text, &tables).map_err(|error| format!("--expect: {error}"))
    };
    texts.iter().map(parsed).collect()
}

/// The conditions of `--rows` on each of these tables that has the column.
pub(super) fn row_conditions(
    texts: &[String],
    tables: &[&'static Table],
) -> Result<Vec<RowCondition>, String> {
    let mut conditions = Vec::new();
    for text in texts {
        let name = column_of(text).unwrap_or_default();
        let columns = || tables.iter().flat_map(|table| table.columns.iter().map(|one| one.name));
        let elsewhere = elsewhere(name);
        let known = columns().any(|column| column == name) || nearest(name, columns()).is_some();
        if !known && !elsewhere.is_empty() {
            return Err(format!("--rows {text}: no table of this run has {name}{elsewhere}"));
        }
        let each =
            Expectation::of_each(text, tables).map_err(|error| format!("--rows: {error}"))?;
        conditions.extend(each.into_iter().map(|one| RowCondition {
            table: one.table,
            column: one.index,
            holds: Box::new(move |text| one.holds(text)),
        }));
    }
    Ok(conditions)
}

/// The format of a name; `auto` suits where standard output goes.
pub(super) fn format(name: &str, to_terminal: bool) -> Result<&'static Format, String> {
    let name = match name {
        AUTO if to_terminal => "table",
        AUTO => "csv",
        name => OTHER_NAMES.iter().find(|(other, _)| *other == name).map_or(name, |(_, name)| name),
    };
    let format = format::named(name).ok_or_else(|| {
        format!(
            "-f {name} needs a build with the feature columnar: \
             cargo install --path . --features columnar"
        )
    })?;
    if format.binary && to_terminal {
        return Err(format!("-f {name} is not text; redirect it, or use -o DIR"));
    }
    Ok(format)
}

pub(super) fn tables(names: &[String]) -> Result<Vec<&'static Table>, String> {
    if names.is_empty() {
        return Ok(table::named("summary").into_iter().collect());
    }
    let mut chosen: Vec<&'static Table> = Vec::new();
    for name in names {
        let name = name.trim().to_ascii_lowercase();
        let named: Vec<&'static Table> = match name.as_str() {
            "all" => TABLES.iter().copied().filter(|table| is_among_all(table)).collect(),
            name => vec![table::named(name).ok_or_else(|| unknown_table(name))?],
        };
        for table in named {
            if !chosen.iter().any(|known| known.name == table.name) {
                chosen.push(table);
            }
        }
    }
    Ok(chosen)
}

/// False for tables as long as the capture, and for the one that measures the run.
fn is_among_all(table: &Table) -> bool {
    !table.is_export() && table.name != "ranges"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_keep_their_order_and_appear_once() {
        let names = |typed: &[&str]| {
            let typed: Vec<_> = typed.iter().map(ToString::to_string).collect();
            tables(&typed).map(|tables| tables.iter().map(|table| table.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["ports", "summary", "ports"]), Ok(vec!["ports", "summary"]));
        assert_eq!(names(&[" Ports", "SUMMARY "]), Ok(vec!["ports", "summary"]));
        assert!(names(&["all"]).is_ok_and(|all| all.len() == TABLES.len() - 3
            && !all.contains(&"packets")
            && !all.contains(&"ranges")));
        assert!(names(&["summry"]).is_err_and(|message| message.contains("did you mean summary?")));
    }
}
