//! Addresses as typed, in the form that cells have (RFC 5952, and MAC addresses in lower case).

use super::grammar::Operator;
use crate::table::{Column, ColumnType};
use std::net::IpAddr;

/// Columns of addresses.
const COLUMNS: &[&str] = &[
    "address",
    "address_a",
    "address_b",
    "client",
    "server",
    "src_mac",
    "dst_mac",
    "src_ip",
    "dst_ip",
];

/// The value that cells of a column are compared with.
///
/// # Errors
/// If the cells are addresses and the value is none.
pub fn value(column: &Column, operator: Operator, typed: &str) -> Result<String, String> {
    if !is_of(column) || operator == Operator::Matches {
        return Ok(typed.to_string());
    }
    let example = "10.0.0.1, 2001:db8::1, 02:00:5e:10:00:01; ~ takes a part of one";
    normal(typed).ok_or_else(|| format!("{}: {typed} is no address such as {example}", column.name))
}

/// True if the cells of a column are addresses.
fn is_of(column: &Column) -> bool {
    column.kind == ColumnType::Text && COLUMNS.contains(&column.name)
}

/// An address in the form that cells have; an empty text is itself. None if it is no address.
fn normal(typed: &str) -> Option<String> {
    if typed.is_empty() {
        return Some(String::new());
    }
    if let Ok(address) = typed.parse::<IpAddr>() {
        return Some(address.to_string());
    }
    let octets: Vec<&str> = typed.split([':', '-']).collect();
    let is_octet = |octet: &&str| octet.len() == 2 && octet.bytes().all(|b| b.is_ascii_hexdigit());
    (octets.len() == 6 && octets.iter().all(is_octet))
        .then(|| octets.join(":").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::TABLES;

    #[test]
    fn each_form_of_an_address_is_that_of_cells() {
        let shown = |typed: &str| normal(typed);
        assert_eq!(shown("2001:0DB8:0::0001").as_deref(), Some("2001:db8::1"));
        assert_eq!(shown("10.0.0.1").as_deref(), Some("10.0.0.1"));
        assert_eq!(shown("02-00-5E-10-00-AB").as_deref(), Some("02:00:5e:10:00:ab"));
        assert_eq!(shown("").as_deref(), Some(""));
        for text in ["10.0.0", "02:00:5e:10:00", "02:00:5e:10:00:ag", "a.example", "10.0.0.0/8"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }

    #[test]
    fn every_text_that_is_described_as_an_address_is_one() {
        let described = |column: &&Column| column.meaning.contains("address");
        let texts = TABLES.iter().flat_map(|table| table.columns.iter());
        let texts = texts.filter(|column| column.kind == ColumnType::Text);
        for column in texts.clone().filter(described) {
            assert!(is_of(column), "{}", column.name);
        }
        for name in COLUMNS {
            assert!(texts.clone().any(|column| column.name == *name), "{name}");
        }
    }
}
