//! From text to tokens, each with its place.

use super::FilterError;

/// A token of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol<'a> {
    /// A word, number or address.
    Word(&'a str),
    /// A word after a backslash, which tcpdump needs before names that are also keywords.
    Name(&'a str),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `!`
    Not,
}

/// A token and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The token.
    pub symbol: Symbol<'a>,
    /// Offset, in bytes.
    pub at: usize,
    /// Its length in bytes.
    pub length: usize,
}

/// More tokens than anyone types; a bound for the compiler's memory.
const MOST_TOKENS: usize = 10_000;

/// Splits an expression.
///
/// # Errors
/// At a character that begins no token.
pub fn tokens(text: &str) -> Result<Vec<Token<'_>>, FilterError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (symbol, length) = token(rest, first)
            .map_err(|(message, length)| FilterError::new(message, at, length))?;
        tokens.push(Token { symbol, at, length });
        at += length;
        if tokens.len() > MOST_TOKENS {
            return Err(FilterError::new(format!("more than {MOST_TOKENS} words"), at, 0));
        }
    }
    Ok(tokens)
}

/// The token at the start of `rest`, or a message and the length it is about.
fn token(rest: &str, first: char) -> Result<(Symbol<'_>, usize), (String, usize)> {
    let bytes_hint = || {
        "expressions over bytes, such as tcp[13] or len > 100, are not supported; \
         use less, greater, a protocol's name, or rows: -t packets --rows \"tcp_flags ~ S\""
    };
    match first {
        '(' => Ok((Symbol::Open, 1)),
        ')' => Ok((Symbol::Close, 1)),
        '!' if rest.starts_with("!=") => Err((bytes_hint().into(), 2)),
        '!' => Ok((Symbol::Not, 1)),
        '&' if rest.starts_with("&&") => Ok((Symbol::And, 2)),
        '|' if rest.starts_with("||") => Ok((Symbol::Or, 2)),
        '&' | '|' => Err((format!("a single {first}; write {first}{first}"), 1)),
        '=' => Err(("no = stands between a word and its value: port 53".into(), 1)),
        '[' | ']' | '<' | '>' | '+' | '*' | '%' | '^' => Err((bytes_hint().into(), 1)),
        '\\' => match word(rest.get(1..).unwrap_or_default()) {
            "" => Err(("a backslash without a name".into(), 1)),
            name => Ok((Symbol::Name(name), name.len() + 1)),
        },
        _ => match word(rest) {
            "" => Err((format!("unexpected {first:?}"), first.len_utf8())),
            word => Ok((Symbol::Word(word), word.len())),
        },
    }
}

/// The letters, digits and signs of addresses at the start of `rest`.
fn word(rest: &str) -> &str {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | ':' | '/' | '-' | '_');
    rest.split(|c| !part(c)).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_places() {
        let tokens = tokens("!(tcp&&net 10.0.0.0/8)||\\ip").unwrap();
        let symbols: Vec<_> = tokens.iter().map(|token| token.symbol).collect();
        assert_eq!(
            symbols,
            [
                Symbol::Not,
                Symbol::Open,
                Symbol::Word("tcp"),
                Symbol::And,
                Symbol::Word("net"),
                Symbol::Word("10.0.0.0/8"),
                Symbol::Close,
                Symbol::Or,
                Symbol::Name("ip"),
            ]
        );
        assert_eq!((tokens[5].at, tokens[5].length), (11, 10));
    }

    #[test]
    fn what_begins_no_token_is_named() {
        for (text, at) in [("tcp & udp", 4), ("tcp[13]", 3), ("len>1", 3), ("tcp \u{1}", 4)] {
            let error = tokens(text).unwrap_err();
            assert_eq!(error.at, at, "{text}");
        }
    }
}
