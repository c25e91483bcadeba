//! `--expect`: conditions on the columns of one-row tables, checked for every input.
//!
//! An expectation is `COLUMN OPERATOR VALUE`: `packets >= 1000`, `status == ok`, `duration_s < 5m`,
//! `error ~ "cut short"`. It is checked against the cell's text, as every output format writes it,
//! so it knows no table's insides; rows that `--rows` chooses are held to the same conditions. Sizes
//! (`*_bytes`) take binary units, durations (`*_s`) units of time, times are RFC 3339 or seconds
//! since 1970.
//!
//! An empty cell of a number, time or boolean is unknown: it meets no expectation but one of an
//! empty value. An empty text is a text.

mod address;
mod grammar;
mod value;

pub use value::unit_shift;

use crate::output::csv;
use crate::report::Report;
use crate::table::{Column, Table};
use grammar::{OPERATORS, Operator, Parts, columns, listed, operator, parts, test};
use regex::Regex;
use std::fmt;

/// A condition on one column.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The table that has the column.
    pub table: &'static Table,
    column: &'static Column,
    /// The column's place in the table, from 0.
    pub index: usize,
    operator: Operator,
    /// The value as typed, without quotes; an address in the form of cells.
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

/// The name of the column in a condition. None if it has no operator or is more than one.
pub fn column_of(text: &str) -> Option<&str> {
    parts(text).ok().map(|parts| parts.name)
}

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
        let Parts { name, sign, typed } = parts(text)?;
        let found = columns(name, tables)?;
        let operator = operator(sign)?;
        let (count, mut each, mut refused) = (found.len(), Vec::new(), Vec::new());
        for (table, index, column) in found {
            let test = test(column, operator, typed);
            match test.and_then(|test| Ok((test, address::value(column, operator, typed)?))) {
                Ok((test, value)) => {
                    refused.extend(listed(table, column, &test, typed).err());
                    each.push(Expectation { table, column, index, operator, typed: value, test });
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

#[cfg(test)]
mod tests;
