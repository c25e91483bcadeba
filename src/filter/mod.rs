//! `--filter`: packets by what their headers say, in the words of tcpdump (pcap-filter(7)).
//!
//! An expression is parsed once and compiled to a small program; matching a packet allocates
//! nothing. The words are those of the list [`words::WORDS`] and the names of protocols in the
//! column `protocols`. Tests read decoded fields, tcpdump reads bytes at offsets. So both differ
//! after VLAN tags, MPLS labels and PPPoE (which tcpdump must be told of), after IPv6 extension
//! headers, and in packets that were not captured whole (where tcpdump matches neither a word nor
//! its opposite). `tests/filter.rs` holds every difference to a documented row.
//!
//! Expressions over bytes, such as `tcp[13]`, and names of hosts are refused.

mod cursor;
mod elsewhere;
mod fields;
mod lexer;
mod names;
mod operand;
mod outer;
mod parser;
mod primitive;
mod program;
#[cfg(test)]
mod tests;
mod value;
pub mod words;

use crate::dissect::packet::Packet;
use crate::pass::selected::Condition;
use program::Program;
use std::fmt;

/// A compiled expression.
///
/// ```
/// let filter = pcapstat::filter::Filter::new("tcp port 80 or 443 and not net 10.0.0.0/8")?;
/// let error = pcapstat::filter::Filter::new("tpc port 80").unwrap_err();
/// assert_eq!(error.message, "unknown word tpc (did you mean tcp?)");
/// # Ok::<(), pcapstat::filter::FilterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Filter {
    program: Program,
}

impl Filter {
    /// Parses and compiles an expression; every packet matches an empty one.
    ///
    /// # Errors
    /// At the first word or value that does not fit.
    pub fn new(text: &str) -> Result<Filter, FilterError> {
        Filter::compile(text).map_err(|error| {
            let error = match elsewhere::display_filter(text, error.at) {
                Some((message, at)) => {
                    let end = error.at.saturating_add(error.length);
                    FilterError { message, at, length: end.saturating_sub(at), ..error }
                }
                None => error,
            };
            FilterError { text: text.into(), ..error }
        })
    }

    fn compile(text: &str) -> Result<Filter, FilterError> {
        let expression = parser::parse(&lexer::tokens(text)?, text.len())?;
        Ok(Filter { program: Program::new(expression) })
    }

    /// True if the packet matches.
    #[inline]
    pub fn matches(&self, packet: &Packet<'_>) -> bool {
        self.program.accepts(packet)
    }
}

impl Condition for Filter {
    #[inline]
    fn selects(&self, packet: &Packet<'_>, _: u64) -> bool {
        self.matches(packet)
    }
}

/// An expression that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// Message.
    pub message: String,
    /// Offset in the expression, in bytes.
    pub at: usize,
    /// The length of the part that is wrong, in bytes.
    pub length: usize,
    text: String,
}

impl FilterError {
    fn new(message: impl Into<String>, at: usize, length: usize) -> FilterError {
        FilterError { message: message.into(), at, length, text: String::new() }
    }
}

/// The message, the expression, and a mark under the part that is wrong.
impl fmt::Display for FilterError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        let text: String = self.text.chars().map(shown).collect();
        let columns = |bytes: Option<&str>| bytes.map_or(0, |text| text.chars().count());
        let before = columns(self.text.get(..self.at));
        let marked = columns(self.text.get(self.at..self.at + self.length)).max(1);
        write!(out, "{}\n  {text}\n  {:before$}{:^<marked$}", self.message, "", "")
    }
}

impl std::error::Error for FilterError {}
