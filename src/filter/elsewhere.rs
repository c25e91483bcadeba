//! Words of other languages in an expression that is refused: display filters of Wireshark and names
//! of applications. Each has a hint that says the same in the words of the filter, where they can.

use super::Filter;
use super::fields;
use super::names;
use super::words::WORDS;
use crate::dissect::application::Application;
use crate::dissect::protocol::Protocol;
use crate::fold::application::ports;
use crate::suggest::nearest;

/// Layers whose fields are no protocol's.
const OTHER_LAYERS: &[&str] =
    &["frame", "tcp", "udp", "ip", "ipv6", "eth", "sctp", "data", "ssl", "wlan", "_ws"];

/// Operators of display filters that search bytes or lists.
const SEARCHES: &[&str] = &["contains", "matches", "in"];

/// The hint for a display filter at or right before an offset, and where it begins. None if there is
/// no display filter.
pub fn display_filter(text: &str, at: usize) -> Option<(String, usize)> {
    let begin = |end: usize| {
        let head = text.get(..end)?;
        let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_');
        Some(head.trim_end_matches(part).len())
    };
    let before = text.get(..at)?.trim_end().len();
    let word = begin(before)?;
    // The value of a search is no word: the field stands before the operator.
    let search = text.get(word..before).filter(|word| SEARCHES.contains(word));
    let searched = search.and_then(|_| begin(text.get(..word)?.trim_end().len()));
    let found = [Some(at), Some(word), searched].into_iter().flatten().find_map(|begin| {
        let rest = text.get(begin..)?;
        let field = rest.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_')).next()?;
        let (layer, _) = field.split_once('.')?;
        if !is_layer(layer) {
            return None;
        }
        let hint = match translated(field, rest.get(field.len()..)?) {
            Some((shown, same)) => format!("{shown} is a display filter; here it is {same}"),
            None => match (fields::words(field), fields::option(field)) {
                (Some(words), _) => {
                    format!("{field} is a field of display filters; here it is {words} VALUE")
                }
                (None, Some(option)) => {
                    format!(
                        "{field} is a field of display filters; here it is, for example, {option}"
                    )
                }
                (None, None) => {
                    format!("{field} is a field of display filters; the words here are tcpdump's")
                }
            },
        };
        Some((hint, begin))
    });
    let at_search = || {
        let here = text.get(at..)?.split_whitespace().next()?;
        let (word, at) = search.map(|found| (found, word)).or(Some((here, at)))?;
        SEARCHES.contains(&word).then(|| {
            (format!("{word} is of display filters; bytes of packets are not searched here"), at)
        })
    };
    found.or_else(at_search)
}

fn is_layer(name: &str) -> bool {
    let known = || Protocol::known().any(|(known, _)| known == name);
    let told = || fields::option(name).is_some();
    OTHER_LAYERS.contains(&name) || Application::find(name).is_some() || known() || told()
}

/// A comparison of a field with what follows it, as typed and in the words of the filter.
fn translated(field: &str, after: &str) -> Option<(String, String)> {
    let mut words = after.trim_start();
    let sign = ["==", "!=", ">=", "<=", "eq", "ne", "ge", "le"].into_iter().find(|sign| {
        let rest = words.strip_prefix(sign);
        words = rest.unwrap_or(words).trim_start();
        rest.is_some()
    })?;
    let value = words.split(|c: char| c.is_whitespace() || "()&|".contains(c)).next()?;
    let word = fields::words(field);
    let same = match (word, sign) {
        (Some(word), "==" | "eq") if value.contains('/') => {
            format!("{} {value}", word.replace("host", "net"))
        }
        (Some(word), "==" | "eq") => format!("{word} {value}"),
        (Some(word), "!=" | "ne") => format!("not {word} {value}"),
        (None, ">=" | "ge") if field == "frame.len" => format!("greater {value}"),
        (None, "<=" | "le") if field == "frame.len" => format!("less {value}"),
        _ => return None,
    };
    Filter::compile(&same).ok().map(|_| (format!("{field} {sign} {value}"), same))
}

/// The hint for the name of an application or service. None if it is neither.
pub fn application(word: &str) -> Option<String> {
    let application = Application::find(word);
    let port = application.and_then(usual_port).or_else(|| names::service(word));
    let write = port.map(|port| format!("write port {port}, or "));
    match (application, port) {
        (Some(_), _) => Some(format!(
            "{word} is an application, which no header names; {}choose rows: -t packets --rows \
             \"protocols ~ {word}\"",
            write.unwrap_or_default()
        )),
        (None, Some(port)) => Some(format!("{word} is a service; write port {port}")),
        (None, None) => None,
    }
}

/// The port by which an application is known. None if it has none.
fn usual_port(application: Application) -> Option<u16> {
    /// The lowest port of these is another one.
    const KNOWN: [u16; 1] = [443];
    let is_port = |port: &u16| {
        let number = u32::from(*port);
        [&ports::TCP, &ports::UDP].iter().any(|ports| ports.get(number) == Some(application))
    };
    KNOWN.into_iter().chain(1..=u16::MAX).find(is_port)
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

/// Words of the language and names of protocols.
pub fn all_words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|word| word.name).chain(Protocol::known().map(|(name, _)| name))
}

/// The message on a word that is none of the language.
pub fn unknown(text: &str) -> String {
    if let Some(hint) = application(text) {
        return hint;
    }
    match nearest(text, all_words()) {
        _ if ELSEWHERE.contains(&text) => format!("{text} of tcpdump is not supported"),
        Some(near) => format!("unknown word {text} (did you mean {near}?)"),
        None => format!("unknown word {text}"),
    }
}

#[cfg(test)]
mod tests;
