//! From tokens to an expression, by the grammar of pcap-filter(7).
//!
//! `not` binds tightest; `and` and `or` have equal precedence and associate from left to right. A
//! value without qualifiers takes those of the value before it: `tcp port 80 or 443`.

use super::FilterError;
use super::cursor::Cursor;
use super::elsewhere::{all_words, unknown};
use super::lexer::{Symbol, Token};
use super::names;
use super::operand::{Qualifiers, layer_name, named, test};
use super::primitive::{Scope, Test};
use super::program::{Expression, Joint};
use super::value::Net;
use super::words::{Kind, Layer, Role};
use crate::dissect::protocol::Protocol;
use crate::suggest::nearest;

/// More parentheses than anyone types; a bound for recursion.
const DEEPEST: usize = 100;

/// Parses an expression; None if there is no token.
///
/// # Errors
/// At the first token that does not fit.
pub fn parse(tokens: &[Token<'_>], end: usize) -> Result<Option<Expression>, FilterError> {
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        cursor: Cursor { tokens, at: 0, end },
        depth: 0,
        qualifiers: Qualifiers::default(),
    };
    let expression = parser.expression()?;
    match parser.cursor.peek() {
        None => Ok(Some(expression)),
        Some(Token { symbol: Symbol::Close, .. }) => Err(parser.cursor.error("no ( before this )")),
        Some(_) => Err(parser.cursor.error("expected and, or, or the end")),
    }
}

struct Parser<'t, 'a> {
    cursor: Cursor<'t, 'a>,
    depth: usize,
    /// The qualifiers of the last value.
    qualifiers: Qualifiers,
}

impl Parser<'_, '_> {
    fn expression(&mut self) -> Result<Expression, FilterError> {
        let first = self.term()?;
        let mut rest = Vec::new();
        loop {
            let joint = match self.cursor.role() {
                Some(Role::And) => Joint::And,
                Some(Role::Or) => Joint::Or,
                _ if rest.is_empty() => return Ok(first),
                _ => return Ok(Expression::Chain(Box::new(first), rest)),
            };
            self.cursor.at += 1;
            rest.push((joint, self.term()?));
        }
    }

    fn term(&mut self) -> Result<Expression, FilterError> {
        let mut negated = false;
        while self.cursor.role() == Some(Role::Not) {
            negated = !negated;
            self.cursor.at += 1;
        }
        let term = match self.cursor.peek() {
            None => return Err(self.cursor.error("expected a word or a value")),
            Some(Token { symbol: Symbol::Open, .. }) => self.group()?,
            Some(_) => self.primitive()?,
        };
        Ok(if negated { Expression::Not(Box::new(term)) } else { term })
    }

    fn group(&mut self) -> Result<Expression, FilterError> {
        if self.depth == DEEPEST {
            return Err(self.cursor.error(format!("more than {DEEPEST} nested parentheses")));
        }
        let opened = self.cursor.at;
        self.cursor.at += 1;
        self.depth += 1;
        let expression = self.expression()?;
        self.depth -= 1;
        match self.cursor.peek() {
            Some(Token { symbol: Symbol::Close, .. }) => self.cursor.at += 1,
            Some(_) => return Err(self.cursor.error("expected and, or, or )")),
            None => {
                self.cursor.at = opened;
                return Err(self.cursor.error("no ) after this ("));
            }
        }
        Ok(expression)
    }

    fn primitive(&mut self) -> Result<Expression, FilterError> {
        let qualifiers = self.cursor.qualifiers();
        let role = self.cursor.role();
        if qualifiers.direction.is_some() || qualifiers.kind.is_some() {
            return self.values(qualifiers);
        }
        match (qualifiers.layer, role) {
            // Directly after a layer, only a value or a parenthesis can still belong to it.
            (Some(layer), None) if self.cursor.starts_value() => {
                let word = layer_name(layer);
                Err(self
                    .cursor
                    .error(format!("expected host, net, port or proto between {word} and this")))
            }
            (Some(layer), _) => self.layer(qualifiers.scope, layer),
            (None, Some(role)) => self.word(qualifiers, role),
            (None, None) => self.name_or_value(qualifiers),
        }
    }

    /// A value, or a parenthesis of values, with these qualifiers.
    fn values(&mut self, qualifiers: Qualifiers) -> Result<Expression, FilterError> {
        self.qualifiers = qualifiers;
        match self.cursor.peek() {
            Some(Token { symbol: Symbol::Open, .. }) => self.group(),
            Some(Token { symbol: Symbol::Word(text) | Symbol::Name(text), .. }) => {
                self.value(qualifiers, text).map(Expression::Test)
            }
            _ => Err(self.cursor.error("expected a value")),
        }
    }

    /// A layer's word as a test.
    fn layer(&mut self, scope: Scope, layer: Layer) -> Result<Expression, FilterError> {
        let protocol = |protocol| Ok(Test::Protocol(scope, Box::new([protocol])));
        let test: Result<Test, FilterError> = match layer {
            Layer::Ether => Err(self.cursor.error("expected host, src, dst or proto after ether")),
            Layer::Arp => protocol(Protocol::ARP),
            Layer::Ip => protocol(Protocol::IP),
            Layer::Ip6 => protocol(Protocol::IPV6),
            Layer::Transport(_) => match names::ip_protocol(layer_name(layer)) {
                Some(number) => Ok(Test::IpProtocol(scope, None, number)),
                None => Err(self.cursor.error("a transport without a number")),
            },
        };
        test.map(Expression::Test)
    }

    /// A word that is neither a qualifier nor a layer.
    fn word(&mut self, qualifiers: Qualifiers, role: Role) -> Result<Expression, FilterError> {
        let scope = qualifiers.scope;
        let test = match role {
            Role::Vlan => {
                self.cursor.at += 1;
                match self.cursor.optional_number(0x0FFF, "a VLAN id")? {
                    Some(id) => Test::VlanId(scope, id as u16),
                    None => Test::Protocol(scope, Box::new([Protocol::VLAN, Protocol::IEEE8021AD])),
                }
            }
            Role::Mpls => {
                self.cursor.at += 1;
                match self.cursor.optional_number(0xF_FFFF, "an MPLS label")? {
                    Some(label) => Test::Label(label),
                    None => Test::Protocol(scope, Box::new([Protocol::MPLS])),
                }
            }
            Role::Less => Test::AtMost(self.length()?),
            Role::Greater => Test::AtLeast(self.length()?),
            Role::Problem => {
                self.cursor.at += 1;
                Test::Problem
            }
            _ => return Err(self.cursor.error("expected a word or a value before this")),
        };
        Ok(Expression::Test(test))
    }

    /// The length in bytes after `less` and `greater`.
    fn length(&mut self) -> Result<u32, FilterError> {
        self.cursor.at += 1;
        self.cursor
            .optional_number(u32::MAX, "a length")?
            .ok_or_else(|| self.cursor.error("expected a length in bytes"))
    }

    /// The name of a protocol, or a value that takes the qualifiers of the one before it.
    fn name_or_value(&mut self, qualifiers: Qualifiers) -> Result<Expression, FilterError> {
        let Some(Token { symbol: Symbol::Word(text) | Symbol::Name(text), .. }) =
            self.cursor.peek()
        else {
            return Err(self.cursor.error("expected a word or a value"));
        };
        if let Some(test) = named(qualifiers.scope, text) {
            self.cursor.at += 1;
            return Ok(Expression::Test(test));
        }
        let inherited = if qualifiers.is_empty() { self.qualifiers } else { qualifiers };
        let known = inherited.kind.is_some() || inherited.direction.is_some();
        if !known && Net::network(text).is_err() {
            return Err(self.cursor.error(unknown(text)));
        }
        self.value(inherited, text).map(Expression::Test).map_err(|error| {
            // A misspelt word is likelier than a value that does not even begin like one.
            let misspelt = !text.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':');
            let word = misspelt && nearest(text, all_words()).is_some();
            if word { FilterError { message: unknown(text), ..error } } else { error }
        })
    }

    /// Takes a value with these qualifiers.
    fn value(&mut self, qualifiers: Qualifiers, text: &str) -> Result<Test, FilterError> {
        let (at, length) =
            self.cursor.peek().map_or((self.cursor.end, 1), |token| (token.at, token.length));
        self.cursor.at += 1;
        let mask =
            match (qualifiers.kind, self.cursor.role(), self.cursor.tokens.get(self.cursor.at + 1))
            {
                (
                    Some(Kind::Net),
                    Some(Role::Mask),
                    Some(Token { symbol: Symbol::Word(mask), .. }),
                ) => {
                    self.cursor.at += 2;
                    Some(*mask)
                }
                _ => None,
            };
        test(qualifiers, text, mask).map_err(|message| FilterError::new(message, at, length))
    }
}
