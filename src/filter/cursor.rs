//! Tokens of an expression in order, and the words before a value.

use super::FilterError;
use super::lexer::{Symbol, Token};
use super::operand::Qualifiers;
use super::primitive::{Direction, Scope};
use super::value;
use super::words::{self, Role};

/// A place among tokens.
pub struct Cursor<'t, 'a> {
    /// The tokens.
    pub tokens: &'t [Token<'a>],
    /// Number of those taken.
    pub at: usize,
    /// The length of the text.
    pub end: usize,
}

impl<'a> Cursor<'_, 'a> {
    /// The next token; None at the end.
    pub fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    /// The role of the next token if it is a word of the language.
    pub fn role(&self) -> Option<Role> {
        match self.peek()?.symbol {
            Symbol::Word(word) => words::role(word),
            Symbol::And => Some(Role::And),
            Symbol::Or => Some(Role::Or),
            Symbol::Not => Some(Role::Not),
            Symbol::Name(_) | Symbol::Open | Symbol::Close => None,
        }
    }

    /// An error at the next token, or at the end.
    pub fn error(&self, message: impl Into<String>) -> FilterError {
        match self.peek() {
            Some(token) => FilterError::new(message, token.at, token.length),
            None => FilterError::new(message, self.end, 1),
        }
    }

    /// True if the next token can only be a value.
    pub fn starts_value(&self) -> bool {
        matches!(self.peek(), Some(Token { symbol: Symbol::Word(_) | Symbol::Name(_), .. }))
    }

    /// Takes the qualifiers before a value.
    pub fn qualifiers(&mut self) -> Qualifiers {
        let mut qualifiers = Qualifiers::default();
        loop {
            let ordered = qualifiers.direction.is_none() && qualifiers.kind.is_none();
            match self.role() {
                Some(Role::Any) if qualifiers.is_empty() => qualifiers.scope = Scope::Any,
                Some(Role::Layer(layer)) if ordered && qualifiers.layer.is_none() => {
                    qualifiers.layer = Some(layer);
                }
                Some(Role::Source | Role::Destination)
                    if qualifiers.direction.is_none() && qualifiers.kind.is_none() =>
                {
                    qualifiers.direction = Some(self.direction());
                    continue;
                }
                Some(Role::Kind(kind)) if qualifiers.kind.is_none() => qualifiers.kind = Some(kind),
                _ => return qualifiers,
            }
            self.at += 1;
        }
    }

    /// Takes `src`, `dst`, `src or dst`, `src and dst`.
    fn direction(&mut self) -> Direction {
        let first = self.role();
        self.at += 1;
        let after = self.at;
        let joint = self.role();
        self.at += 1;
        let second = self.role();
        self.at += 1;
        let opposite = matches!(
            (first, second),
            (Some(Role::Source), Some(Role::Destination))
                | (Some(Role::Destination), Some(Role::Source))
        );
        match joint {
            Some(Role::Or) if opposite => return Direction::Either,
            Some(Role::And) if opposite => return Direction::Both,
            _ => self.at = after,
        }
        if first == Some(Role::Source) { Direction::Source } else { Direction::Destination }
    }

    /// Takes a number of at most `most`. None if the next token is no number.
    ///
    /// # Errors
    /// If it is greater, or only begins like a number.
    pub fn optional_number(&mut self, most: u32, what: &str) -> Result<Option<u32>, FilterError> {
        let Some(Token { symbol: Symbol::Word(text), .. }) = self.peek() else { return Ok(None) };
        let Some(number) = value::number(text) else {
            return match text.starts_with(|c: char| c.is_ascii_digit()) {
                true => Err(self.error(format!("{text} is not a number"))),
                false => Ok(None),
            };
        };
        if number > most {
            return Err(self.error(format!("{what} is at most {most}")));
        }
        self.at += 1;
        Ok(Some(number))
    }
}
