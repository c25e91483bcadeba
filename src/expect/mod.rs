//! `--expect`: conditions on the columns of one-row tables, checked for every input.
//!
//! An expectation is `COLUMN OPERATOR VALUE`: `packets >= 1000`, `status == ok`, `duration_s < 5m`,
//! `error ~ "cut short"`. It is checked against the cell's text, as every output format writes it,
//! so it knows no table's insides; rows that `--rows` chooses are held to the same conditions. Sizes (`*_bytes`) take binary units, durations (`*_s`) units of
//! time, times are RFC 3339 or seconds since 1970.
//!
//! An empty cell of a number, time or boolean is unknown: it meets no expectation but one of an
//! empty value. An empty text is a text.

mod value;

pub use value::unit_shift;

use crate::output::arranged::RowCondition;
use crate::output::csv;
use crate::report::Report;
use crate::suggest::hint;
use crate::table::{Column, ColumnType, Table};
use regex::Regex;
use std::cmp::Ordering;
use std::fmt;
use value::Unit;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `~`: matches a regular expression.
    Matches,
}

/// The operators, longer ones before their own beginnings.
const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("~", Operator::Matches),
];

/// Operators of other languages and what they are here.
const OTHER_OPERATORS: &[(&str, &str)] = &[
    ("=", "=="),
    ("===", "=="),
    ("=~", "~"),
    ("~=", "~"),
    ("<>", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("!", "!="),
    ("!~", "!="),
    ("<<", "<"),
    (">>", ">"),
];

/// Tables and columns of text with a fixed list of values.
const LISTS: &[(&[&str], &str, &[&str])] = &[
    (&["summary"], "status", &["ok", "cut_short", "damaged", "unreadable"]),
    (&["conversations", "endpoints"], "layer", &["eth", "ipv4", "ipv6", "tcp", "udp", "sctp"]),
    (&["ports"], "transport", &["tcp", "udp", "sctp"]),
    (&["flows"], "end", &["idle", "active", "capture"]),
];

/// A condition on one column.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The table that has the column.
    pub table: &'static Table,
    column: &'static Column,
    /// The column's place in the table, from 0.
    index: usize,
    operator: Operator,
    /// The value as typed, without quotes.
    typed: String,
    test: Test,
}

/// The comparison with the value.
#[derive(Clone, Debug)]
enum Test {
    /// With a number in units of 10^-9: integers, decimals and times.
    Number(i128, Parse),
    /// With a text.
    Text,
    /// With a regular expression.
    Matches(Regex),
}

/// Reads a cell.
type Parse = fn(&str) -> Option<i128>;

impl Expectation {
    /// Parses a condition on a column of one of these tables.
    ///
    /// # Errors
    /// A message for people that suggests the right column, operator or value.
    pub fn new(text: &str, tables: &[&'static Table]) -> Result<Expectation, String> {
        let each = Expectation::of_each(text, tables)?;
        each.into_iter().next().ok_or_else(|| format!("{text:?} has no column"))
    }

    /// The same condition on each of these tables that has the column; none on those where it is of
    /// a type that cannot be compared so.
    ///
    /// # Errors
    /// A message for people that suggests the right column, operator or value, if there is no table
    /// of which a row may meet the condition.
    pub fn of_each(text: &str, tables: &[&'static Table]) -> Result<Vec<Expectation>, String> {
        let is_sign = |c: char| "=!<>~".contains(c);
        let at = text.find(is_sign).ok_or_else(|| {
            format!(
                "{text:?} has no operator; write COLUMN OPERATOR VALUE, such as packets >= 1000"
            )
        })?;
        let (name, rest) = text.split_at(at);
        let value = rest.trim_start_matches(is_sign);
        let sign = rest.strip_suffix(value).unwrap_or_default();
        let (name, typed) = (name.trim(), unquoted(value.trim()));
        let found = columns(name, tables)?;
        let operator = operator(sign)?;
        let (count, mut each, mut refused) = (found.len(), Vec::new(), Vec::new());
        for (table, index, column) in found {
            match test(column, operator, typed) {
                Ok(test) => {
                    refused.extend(listed(table, column, &test, typed).err());
                    let typed = typed.to_string();
                    each.push(Expectation { table, column, index, operator, typed, test });
                }
                Err(error) => refused.push(error),
            }
        }
        match refused.first() {
            Some(error) if refused.len() == count => Err(error.clone()),
            _ => Ok(each),
        }
    }

    /// The cell of a report that does not meet the condition. None if it does.
    pub fn failure(&self, report: &Report) -> Option<Failure> {
        let found = self.found(report);
        (!self.holds(&found)).then(|| Failure { expected: self.to_string(), found })
    }

    /// The text of the column's cell in a report.
    fn found(&self, report: &Report) -> String {
        let text = csv::table(self.table, report);
        let mut rows = ::csv::Reader::from_reader(text.as_slice());
        let row = rows.records().next().and_then(Result::ok);
        row.and_then(|row| row.get(self.index).map(String::from)).unwrap_or_default()
    }

    /// True if a cell with this text meets the condition.
    pub fn holds(&self, found: &str) -> bool {
        match &self.test {
            Test::Matches(regex) => regex.is_match(found),
            Test::Number(value, parse) if !self.typed.is_empty() => {
                parse(found).is_some_and(|found| self.operator.accepts(found.cmp(value)))
            }
            Test::Text | Test::Number(..) => self.operator.accepts(found.cmp(&self.typed)),
        }
    }
}

impl RowCondition for Expectation {
    fn table(&self) -> &'static Table {
        self.table
    }

    fn column(&self) -> usize {
        self.index
    }

    fn holds(&self, text: &str) -> bool {
        Expectation::holds(self, text)
    }
}

/// An expectation that a report does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The condition.
    pub expected: String,
    /// The text of the cell.
    pub found: String,
}

/// `expected packets >= 1000, found 7`.
impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = if self.found.is_empty() { "nothing" } else { &self.found };
        write!(out, "expected {}, found {found}", self.expected)
    }
}

/// The condition, normalised: `packets >= 1000`.
impl fmt::Display for Expectation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = OPERATORS.iter().find(|(_, operator)| *operator == self.operator);
        let sign = sign.map_or("", |(sign, _)| sign);
        match self.typed.contains(char::is_whitespace) || self.typed.is_empty() {
            true => write!(out, "{} {sign} {:?}", self.column.name, self.typed),
            false => write!(out, "{} {sign} {}", self.column.name, self.typed),
        }
    }
}

impl Operator {
    /// True if values that compare so meet the condition.
    fn accepts(self, ordering: Ordering) -> bool {
        match self {
            Operator::Equal => ordering.is_eq(),
            Operator::Unequal => ordering.is_ne(),
            Operator::Less => ordering.is_lt(),
            Operator::AtMost => ordering.is_le(),
            Operator::Greater => ordering.is_gt(),
            Operator::AtLeast => ordering.is_ge(),
            Operator::Matches => false,
        }
    }
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or(inside('\'')).unwrap_or(text)
}

type Found = (&'static Table, usize, &'static Column);

/// The columns of a name, at least one.
fn columns(name: &str, tables: &[&'static Table]) -> Result<Vec<Found>, String> {
    let all = || {
        tables.iter().flat_map(|table| {
            table.columns.iter().enumerate().map(|(index, column)| (*table, index, column))
        })
    };
    let found: Vec<Found> = all().filter(|(_, _, column)| column.name == name).collect();
    if found.is_empty() {
        let names: Vec<_> = tables.iter().map(|table| table.name).collect();
        let names = if names.len() > 3 { "any table".into() } else { names.join(" or ") };
        let hint = hint(name, all().map(|(_, _, column)| column.name));
        return Err(format!("no column of {names} is named {name:?}{hint}"));
    }
    Ok(found)
}

fn operator(sign: &str) -> Result<Operator, String> {
    let known = OPERATORS.iter().find(|(known, _)| *known == sign);
    known.map(|(_, operator)| *operator).ok_or_else(|| {
        let meant = OTHER_OPERATORS.iter().find(|(other, _)| *other == sign);
        let hint = meant.map(|(_, meant)| format!(" (did you mean {meant}?)")).unwrap_or_default();
        format!("unknown operator {sign}{hint}; there are == != < <= > >= ~")
    })
}

fn test(column: &Column, operator: Operator, typed: &str) -> Result<Test, String> {
    let name = column.name;
    let ordered = !matches!(operator, Operator::Equal | Operator::Unequal);
    if operator == Operator::Matches {
        if column.kind != ColumnType::Text {
            return Err(format!("~ is for text; {name} takes == != < <= > >="));
        }
        let regex = Regex::new(typed).map_err(|_| format!("{typed} is no regular expression"))?;
        return Ok(Test::Matches(regex));
    }
    if typed.is_empty() && ordered {
        return Err(format!("{name} has no value to compare with"));
    }
    let unit = match column.kind {
        ColumnType::Text | ColumnType::Boolean => {
            if ordered {
                return Err(format!("{name} has no order; it takes == != and, for text, ~"));
            }
            return Ok(Test::Text);
        }
        ColumnType::Time => Unit::Time,
        _ if name.ends_with("_bytes") => Unit::Bytes,
        _ if name.ends_with("_s") && !name.ends_with("_per_s") => Unit::Seconds,
        _ => Unit::None,
    };
    let value = if typed.is_empty() { Some(0) } else { unit.parse(typed) };
    match value {
        Some(value) => Ok(Test::Number(value, unit.of_cells())),
        None => Err(format!("{name}: {typed} is no {}", unit.example())),
    }
}

/// Refuses a value that a column with a list of values never has.
fn listed(table: &Table, column: &Column, test: &Test, typed: &str) -> Result<(), String> {
    let is_listed =
        |tables: &[&str], name: &str| tables.contains(&table.name) && name == column.name;
    let values = match (test, column.kind) {
        (Test::Text, ColumnType::Boolean) => Some(&["true", "false"][..]),
        (Test::Text, _) => {
            let list = LISTS.iter().find(|(tables, name, _)| is_listed(tables, name));
            list.map(|(_, _, values)| *values)
        }
        _ => None,
    };
    match values {
        Some(values) if !typed.is_empty() && !values.contains(&typed) => {
            let hint = hint(typed, values.iter().copied());
            Err(format!("{} is never {typed:?}{hint}; it is {}", column.name, values.join(", ")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
