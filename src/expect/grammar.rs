//! The grammar of a condition: `COLUMN OPERATOR VALUE`, and what is suggested instead of a wrong one.
//!
//! A value may be in quotes. Refused: a second condition in the same text, columns that no table has,
//! operators that the column's type does not take, values that it never has.

use super::Test;
use super::value::Unit;
use crate::suggest::hint;
use crate::table::{Column, ColumnType, Table};
use regex::Regex;
use std::cmp::Ordering;

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
pub const OPERATORS: &[(&str, Operator)] = &[
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

impl Operator {
    /// True if values that compare so meet the condition.
    pub fn accepts(self, ordering: Ordering) -> bool {
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

/// A condition as typed.
pub struct Parts<'t> {
    /// The column.
    pub name: &'t str,
    /// The operator.
    pub sign: &'t str,
    /// The value, without quotes.
    pub typed: &'t str,
}

/// Splits a condition.
///
/// # Errors
/// If there is no operator, or more than one condition.
pub fn parts(text: &str) -> Result<Parts<'_>, String> {
    let is_sign = |c: char| "=!<>~".contains(c);
    let at = text.find(is_sign).ok_or_else(|| {
        format!("{text:?} has no operator; write \"COLUMN OPERATOR VALUE\", in quotes")
    })?;
    let (name, rest) = text.split_at(at);
    let value = rest.trim_start_matches(is_sign);
    let sign = rest.strip_suffix(value).unwrap_or_default();
    let (name, typed) = (name.trim(), unquoted(value.trim()));
    let lower = typed.to_ascii_lowercase();
    let second = [" and ", " or ", "&&", "||"].iter().find_map(|word| lower.split_once(word));
    if second.is_some_and(|(_, second)| second.contains(is_sign)) {
        return Err(format!(
            "{text:?} is more than one condition; give the option for each: all must hold"
        ));
    }
    Ok(Parts { name, sign, typed })
}

fn unquoted(text: &str) -> &str {
    let inside = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or(inside('\'')).unwrap_or(text)
}

/// A column, its table and its place there.
pub type Found = (&'static Table, usize, &'static Column);

/// The columns of a name, at least one.
pub fn columns(name: &str, tables: &[&'static Table]) -> Result<Vec<Found>, String> {
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

/// The operator of a sign.
///
/// # Errors
/// A message that names the right one.
pub fn operator(sign: &str) -> Result<Operator, String> {
    let known = OPERATORS.iter().find(|(known, _)| *known == sign);
    known.map(|(_, operator)| *operator).ok_or_else(|| {
        let meant = OTHER_OPERATORS.iter().find(|(other, _)| *other == sign);
        let hint = meant.map(|(_, meant)| format!(" (did you mean {meant}?)")).unwrap_or_default();
        format!("unknown operator {sign}{hint}; there are == != < <= > >= ~")
    })
}

/// The comparison of a column's cells with a value.
///
/// # Errors
/// If they cannot be compared so.
pub fn test(column: &Column, operator: Operator, typed: &str) -> Result<Test, String> {
    let name = column.name;
    let ordered = !matches!(operator, Operator::Equal | Operator::Unequal);
    if operator == Operator::Matches {
        if column.kind != ColumnType::Text {
            return Err(format!("~ is for text; {name} takes == != < <= > >="));
        }
        let regex = Regex::new(typed).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => format!("{typed} is too large an expression"),
            _ => format!("{typed} is no regular expression"),
        })?;
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
pub fn listed(table: &Table, column: &Column, test: &Test, typed: &str) -> Result<(), String> {
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
