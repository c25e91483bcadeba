//! Notes: what a capture says of itself in words, of its sections, its interfaces and its packets.
//!
//! They are options of pcapng blocks (draft-ietf-opsawg-pcapng, sections 3.5, 4.1 and 4.2). Texts are
//! UTF-8; bytes that are not become U+FFFD, and zeros that some writers count at the end are left
//! out. An empty text says nothing. A capture filter as BPF bytecode is no text and is left out.

use super::pcapng::Options;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Kind of a value: one of a few names.
pub type Key = &'static str;

/// One thing that a capture says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The section's number, from 0.
    pub section: u32,
    /// Its subject.
    pub subject: Subject,
    /// Kind of the value.
    #[serde(deserialize_with = "key")]
    pub key: Key,
    /// The text.
    pub value: String,
}

impl Note {
    /// The snapshot length in the file header of a capture without sections of its own.
    pub fn of_snaplen(section: u32, snaplen: u32) -> Note {
        Note { section, subject: Subject::File, key: SNAPLEN, value: snaplen.to_string() }
    }
}

/// Subject of a note, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// The file, in formats without sections.
    File,
    /// Its section.
    Section,
    /// The interface of this number in its section, from 0.
    Interface(u32),
}

/// An option that is a note: its code, the key, and its text.
type Kind = (u16, &'static str, fn(&[u8]) -> Option<String>);

/// Options of section headers.
pub const OF_SECTIONS: &[Kind] =
    &[(1, "comment", text), (2, "hardware", text), (3, "os", text), (4, "application", text)];

/// Options of interface descriptions.
pub const OF_INTERFACES: &[Kind] = &[
    (1, "comment", text),
    (2, "name", text),
    (3, "description", text),
    (11, "filter", filter),
    (12, "os", text),
    (15, "hardware", text),
];

/// Options of packets.
pub const OF_PACKETS: &[Kind] = &[(1, "comment", text)];

/// Key of the snaplen in a file header.
pub const SNAPLEN: Key = "snaplen";

/// Reads a key.
///
/// # Errors
/// If there is none of this name.
pub fn key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
    let name = String::deserialize(deserializer)?;
    let kinds = [OF_SECTIONS, OF_INTERFACES, OF_PACKETS];
    let mut keys = kinds.into_iter().flatten().map(|(_, key, _)| *key).chain([SNAPLEN]);
    keys.find(|key| *key == name)
        .ok_or_else(|| D::Error::custom(format!("no note is named {name:?}")))
}

/// Key and text of each option that is a note, in order.
pub fn notes<'a>(
    options: Options<'a>,
    kinds: &'static [Kind],
) -> impl Iterator<Item = (&'static str, String)> + use<'a> {
    options.iter().filter_map(|(code, value)| {
        let (_, key, read) = kinds.iter().find(|(known, ..)| *known == code)?;
        read(value).map(|text| (*key, text))
    })
}

fn text(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(value).trim_end_matches('\0').to_owned();
    Some(text).filter(|text| !text.is_empty())
}

/// A capture filter after the byte that says how it is written.
fn filter(value: &[u8]) -> Option<String> {
    let (&kind, expression) = value.split_first()?;
    text(expression).filter(|_| kind == 0)
}
