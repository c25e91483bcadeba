//! From tokens to an expression, by the grammar of pcap-filter(7).
//!
//! `not` binds tightest; `and` and `or` have equal precedence and associate from left to right. A
//! value without qualifiers takes those of the value before it: `tcp port 80 or 443`.

use super::FilterError;
use super::elsewhere;
use super::lexer::{Symbol, Token};
use super::primitive::{Direction, Family, Scope, Test, Within};
use super::program::{Expression, Joint};
use super::value::{self, Net};
use super::words::{self, Kind, Layer, Role, WORDS};
use crate::dissect::protocol::Protocol;
use crate::suggest::{hint, nearest};

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
    let mut parser = Parser { tokens, at: 0, end, depth: 0, qualifiers: Qualifiers::default() };
    let expression = parser.expression()?;
    match parser.peek() {
        None => Ok(Some(expression)),
        Some(Token { symbol: Symbol::Close, .. }) => Err(parser.error("no ( before this )")),
        Some(_) => Err(parser.error("expected and, or, or the end")),
    }
}

/// The words before a value.
#[derive(Clone, Copy, Debug, Default)]
struct Qualifiers {
    scope: Scope,
    layer: Option<Layer>,
    direction: Option<Direction>,
    kind: Option<Kind>,
}

impl Qualifiers {
    fn is_empty(&self) -> bool {
        self.scope == Scope::Outer
            && self.layer.is_none()
            && self.direction.is_none()
            && self.kind.is_none()
    }
}

struct Parser<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    /// The length of the text.
    end: usize,
    depth: usize,
    /// The qualifiers of the last value.
    qualifiers: Qualifiers,
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    /// The role of the next token if it is a word of the language.
    fn role(&self) -> Option<Role> {
        match self.peek()?.symbol {
            Symbol::Word(word) => words::role(word),
            Symbol::And => Some(Role::And),
            Symbol::Or => Some(Role::Or),
            Symbol::Not => Some(Role::Not),
            Symbol::Name(_) | Symbol::Open | Symbol::Close => None,
        }
    }

    /// An error at the next token, or at the end.
    fn error(&self, message: impl Into<String>) -> FilterError {
        match self.peek() {
            Some(token) => FilterError::new(message, token.at, token.length),
            None => FilterError::new(message, self.end, 1),
        }
    }

    fn expression(&mut self) -> Result<Expression, FilterError> {
        let first = self.term()?;
        let mut rest = Vec::new();
        loop {
            let joint = match self.role() {
                Some(Role::And) => Joint::And,
                Some(Role::Or) => Joint::Or,
                _ if rest.is_empty() => return Ok(first),
                _ => return Ok(Expression::Chain(Box::new(first), rest)),
            };
            self.at += 1;
            rest.push((joint, self.term()?));
        }
    }

    fn term(&mut self) -> Result<Expression, FilterError> {
        let mut negated = false;
        while self.role() == Some(Role::Not) {
            negated = !negated;
            self.at += 1;
        }
        let term = match self.peek() {
            None => return Err(self.error("expected a word or a value")),
            Some(Token { symbol: Symbol::Open, .. }) => self.group()?,
            Some(_) => self.primitive()?,
        };
        Ok(if negated { Expression::Not(Box::new(term)) } else { term })
    }

    fn group(&mut self) -> Result<Expression, FilterError> {
        if self.depth == DEEPEST {
            return Err(self.error(format!("more than {DEEPEST} nested parentheses")));
        }
        let opened = self.at;
        self.at += 1;
        self.depth += 1;
        let expression = self.expression()?;
        self.depth -= 1;
        match self.peek() {
            Some(Token { symbol: Symbol::Close, .. }) => self.at += 1,
            Some(_) => return Err(self.error("expected and, or, or )")),
            None => {
                self.at = opened;
                return Err(self.error("no ) after this ("));
            }
        }
        Ok(expression)
    }

    fn primitive(&mut self) -> Result<Expression, FilterError> {
        let qualifiers = self.qualifiers()?;
        let role = self.role();
        if qualifiers.direction.is_some() || qualifiers.kind.is_some() {
            return self.values(qualifiers);
        }
        match (qualifiers.layer, role) {
            // Directly after a layer, only a value or a parenthesis can still belong to it.
            (Some(layer), None) if self.starts_value() => {
                let word = layer_name(layer);
                Err(self
                    .error(format!("expected host, net, port or proto between {word} and this")))
            }
            (Some(layer), _) => self.layer(qualifiers.scope, layer),
            (None, Some(role)) => self.word(qualifiers, role),
            (None, None) => self.name_or_value(qualifiers),
        }
    }

    /// True if the next token can only be a value.
    fn starts_value(&self) -> bool {
        matches!(self.peek(), Some(Token { symbol: Symbol::Word(_) | Symbol::Name(_), .. }))
    }

    /// Takes the qualifiers before a value.
    fn qualifiers(&mut self) -> Result<Qualifiers, FilterError> {
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
                _ => return Ok(qualifiers),
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

    /// A value, or a parenthesis of values, with these qualifiers.
    fn values(&mut self, qualifiers: Qualifiers) -> Result<Expression, FilterError> {
        self.qualifiers = qualifiers;
        match self.peek() {
            Some(Token { symbol: Symbol::Open, .. }) => self.group(),
            Some(Token { symbol: Symbol::Word(text) | Symbol::Name(text), .. }) => {
                self.value(qualifiers, text).map(Expression::Test)
            }
            _ => Err(self.error("expected a value")),
        }
    }

    /// A layer's word as a test.
    fn layer(&mut self, scope: Scope, layer: Layer) -> Result<Expression, FilterError> {
        let protocol = |protocol| Ok(Test::Protocol(scope, Box::new([protocol])));
        let test: Result<Test, FilterError> = match layer {
            Layer::Ether => Err(self.error("expected host, src, dst or proto after ether")),
            Layer::Arp => protocol(Protocol::ARP),
            Layer::Ip => protocol(Protocol::IP),
            Layer::Ip6 => protocol(Protocol::IPV6),
            Layer::Transport(_) => match words::ip_protocol(layer_name(layer)) {
                Some(number) => Ok(Test::IpProtocol(scope, None, number)),
                None => Err(self.error("a transport without a number")),
            },
        };
        test.map(Expression::Test)
    }

    /// A word that is neither a qualifier nor a layer.
    fn word(&mut self, qualifiers: Qualifiers, role: Role) -> Result<Expression, FilterError> {
        let scope = qualifiers.scope;
        let test = match role {
            Role::Vlan => {
                self.at += 1;
                match self.optional_number(0x0FFF, "a VLAN id")? {
                    Some(id) => Test::VlanId(scope, id as u16),
                    None => Test::Protocol(scope, Box::new([Protocol::VLAN, Protocol::IEEE8021AD])),
                }
            }
            Role::Mpls => {
                self.at += 1;
                match self.optional_number(0xF_FFFF, "an MPLS label")? {
                    Some(label) => Test::Label(label),
                    None => Test::Protocol(scope, Box::new([Protocol::MPLS])),
                }
            }
            Role::Less => Test::AtMost(self.length()?),
            Role::Greater => Test::AtLeast(self.length()?),
            Role::Problem => {
                self.at += 1;
                Test::Problem
            }
            _ => return Err(self.error("expected a word or a value before this")),
        };
        Ok(Expression::Test(test))
    }

    /// The length in bytes after `less` and `greater`.
    fn length(&mut self) -> Result<u32, FilterError> {
        self.at += 1;
        self.optional_number(u32::MAX, "a length")?
            .ok_or_else(|| self.error("expected a length in bytes"))
    }

    fn optional_number(&mut self, most: u32, what: &str) -> Result<Option<u32>, FilterError> {
        let Some(Token { symbol: Symbol::Word(text), .. }) = self.peek() else { return Ok(None) };
        let Some(number) = value::number(text) else {
            return match text.starts_with(|c: char| c.is_ascii_digit()) {
                true => Err(self.error(format!("{text} is no number"))),
                false => Ok(None),
            };
        };
        if number > most {
            return Err(self.error(format!("{what} is at most {most}")));
        }
        self.at += 1;
        Ok(Some(number))
    }

    /// The name of a protocol, or a value that takes the qualifiers of the one before it.
    fn name_or_value(&mut self, qualifiers: Qualifiers) -> Result<Expression, FilterError> {
        let Some(Token { symbol: Symbol::Word(text) | Symbol::Name(text), .. }) = self.peek()
        else {
            return Err(self.error("expected a word or a value"));
        };
        if let Some(test) = named(qualifiers.scope, text) {
            self.at += 1;
            return Ok(Expression::Test(test));
        }
        let inherited = if qualifiers.is_empty() { self.qualifiers } else { qualifiers };
        let known = inherited.kind.is_some() || inherited.direction.is_some();
        if !known && Net::network(text).is_err() {
            return Err(self.error(unknown(text)));
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
        let (at, length) = self.peek().map_or((self.end, 1), |token| (token.at, token.length));
        self.at += 1;
        let mask = match (qualifiers.kind, self.role(), self.tokens.get(self.at + 1)) {
            (Some(Kind::Net), Some(Role::Mask), Some(Token { symbol: Symbol::Word(mask), .. })) => {
                self.at += 2;
                Some(*mask)
            }
            _ => None,
        };
        test(qualifiers, text, mask).map_err(|message| FilterError::new(message, at, length))
    }
}

/// The test of a value.
fn test(qualifiers: Qualifiers, text: &str, mask: Option<&str>) -> Result<Test, String> {
    let Qualifiers { scope, layer, direction, kind } = qualifiers;
    let direction = direction.unwrap_or_default();
    if layer == Some(Layer::Ether) && scope == Scope::Any {
        return Err("any cannot stand before ether".into());
    }
    match (kind.unwrap_or(Kind::Host), layer) {
        (Kind::Host, Some(Layer::Ether)) => {
            let mac = value::mac(text).ok_or_else(|| format!("{text} is no MAC address"))?;
            Ok(Test::Mac(direction, mac))
        }
        (Kind::Host | Kind::Net, None | Some(Layer::Arp | Layer::Ip | Layer::Ip6)) => {
            let net = network(kind, text, mask)?;
            match (layer, net) {
                (Some(Layer::Ip | Layer::Arp), Net::V6(..)) => {
                    Err(format!("{text} is an IPv6 address; write ip6"))
                }
                (Some(Layer::Ip6), Net::V4(..)) => {
                    Err(format!("{text} is an IPv4 address; write ip"))
                }
                _ => Ok(Test::Address { scope, direction, within: Within::of(layer), net }),
            }
        }
        (kind @ (Kind::Port | Kind::PortRange), None | Some(Layer::Transport(_))) => {
            let (low, high) = match kind {
                Kind::Port => port(text).map(|port| (port, port))?,
                _ => port_range(text)?,
            };
            let transport = match layer {
                Some(Layer::Transport(transport)) => Some(transport),
                _ => None,
            };
            Ok(Test::Port { scope, direction, transport, low, high })
        }
        (Kind::Proto, _) if qualifiers.direction.is_some() => {
            Err("src and dst cannot stand before proto".into())
        }
        // As in tcpdump, `ip` is short for `ether proto ip`, whatever the link layer is.
        (Kind::Proto, Some(Layer::Ether)) => ethertype(text).map(|number| match number {
            0x0800 => Test::Protocol(scope, Box::new([Protocol::IP])),
            0x86DD => Test::Protocol(scope, Box::new([Protocol::IPV6])),
            _ => Test::EtherType(number),
        }),
        (Kind::Proto, None | Some(Layer::Ip | Layer::Ip6)) => {
            let number = value::number(text).and_then(|number| u8::try_from(number).ok());
            let number = number.or_else(|| words::ip_protocol(text));
            let number = number.ok_or_else(|| format!("{text} is no IP protocol"))?;
            let family = match layer {
                Some(Layer::Ip) => Some(Family::V4),
                Some(Layer::Ip6) => Some(Family::V6),
                _ => None,
            };
            Ok(Test::IpProtocol(scope, family, number))
        }
        (kind, layer) => {
            let word = WORDS.iter().find(|word| word.role == Role::Kind(kind));
            let (layer, kind) = (layer.map_or("", layer_name), word.map_or("", |word| word.name));
            Err(format!("{layer} cannot stand before {kind}"))
        }
    }
}

/// The addresses of a host or network. Without a type, `src 10.0.0.0/8` is a network, as in
/// tcpdump.
fn network(kind: Option<Kind>, text: &str, mask: Option<&str>) -> Result<Net, String> {
    match (kind, mask) {
        (_, Some(mask)) => Net::with_mask(text, mask),
        (Some(Kind::Net), None) => Net::network(text),
        (None, None) if text.contains('/') => Net::network(text),
        _ => Net::host(text),
    }
}

/// The test that the name of a protocol is.
fn named(scope: Scope, text: &str) -> Option<Test> {
    // As tcpdump, whose words for these are of one version of IP.
    let number = match text {
        "icmp" => Some((Family::V4, 1)),
        "igmp" => Some((Family::V4, 2)),
        "icmp6" | "icmpv6" => Some((Family::V6, 58)),
        _ => None,
    };
    if let Some((family, number)) = number {
        return Some(Test::IpProtocol(scope, Some(family), number));
    }
    let protocols = words::protocols(text);
    (!protocols.is_empty()).then(|| Test::Protocol(scope, protocols.into()))
}

fn ethertype(text: &str) -> Result<u16, String> {
    /// Smaller numbers are lengths (IEEE 802.3 clause 3.2.6).
    const LEAST: u32 = 0x600;
    let number = words::ethertype(text).map(u32::from).or_else(|| value::number(text));
    let number = number.filter(|number| *number >= LEAST).and_then(|number| number.try_into().ok());
    number
        .ok_or_else(|| format!("{text} is no EtherType: a name, or a number from 0x600 to 0xffff"))
}

fn port(text: &str) -> Result<u16, String> {
    let number = value::number(text).and_then(|number| u16::try_from(number).ok());
    number
        .or_else(|| words::service(text))
        .ok_or_else(|| format!("{text} is no port{}", hint(text, words::services())))
}

fn port_range(text: &str) -> Result<(u16, u16), String> {
    // The names of services have hyphens, too.
    let ends = text.match_indices('-').find_map(|(at, _)| {
        let (low, high) = (text.get(..at)?, text.get(at + 1..)?);
        Some((port(low).ok()?, port(high).ok()?))
    });
    match ends {
        Some((low, high)) => Ok((low.min(high), low.max(high))),
        None => port(text)
            .map(|port| (port, port))
            .map_err(|_| format!("{text} is no range of ports such as 6000-6008")),
    }
}

fn layer_name(layer: Layer) -> &'static str {
    let word = WORDS.iter().find(|word| word.role == Role::Layer(layer));
    word.map_or("", |word| word.name)
}

/// Words of tcpdump that are not supported here.
const ELSEWHERE: &[&str] = &[
    "gateway",
    "broadcast",
    "multicast",
    "protochain",
    "rarp",
    "inbound",
    "outbound",
    "ifname",
    "len",
    "wlan",
    "type",
    "subtype",
    "decnet",
    "atalk",
    "iso",
];

fn all_words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|word| word.name).chain(Protocol::known().map(|(name, _)| name))
}

fn unknown(text: &str) -> String {
    if let Some(hint) = elsewhere::application(text) {
        return hint;
    }
    match nearest(text, all_words()) {
        _ if ELSEWHERE.contains(&text) => format!("{text} of tcpdump is not supported"),
        Some(near) => format!("unknown word {text} (did you mean {near}?)"),
        None => format!("unknown word {text}"),
    }
}
