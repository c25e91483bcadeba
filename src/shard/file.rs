//! The file of a partial.
//!
//! ```text
//! 8 bytes   magic: of a partial, of the records of a bucket, of a folded bucket
//! 4 bytes   version of the form, little-endian
//! 8 bytes   length of the head
//! head      JSON: the version of pcapstat, and the shards
//! body      the pieces in postcard's wire format (https://postcard.jamesmunns.com/wire-format)
//! 16 bytes  XXH3-128 of all before it, little-endian
//! ```
//!
//! Nothing is believed of a file whose checksum does not hold. Lengths are checked against the
//! file's own, so memory stays in proportion to it. A file of another version is refused: partials
//! live as long as a run.

use super::Refusal;
use super::hashed::Hashed;
pub use super::kind::Kind;
use super::partial::{Partial, Piece};
use super::spec::{Spec, options_hash};
use crate::fold::encoded::bytes::in_file;
use crate::path_text;
use crate::source::{ReadOptions, Source};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;
use twox_hash::XxHash3_128;

/// Length of a magic.
const MAGIC_BYTES: usize = 8;
/// Version of the form.
const VERSION: u32 = 4;
/// Longest head that is read without the rest, in bytes.
const LONGEST_HEAD: u64 = 256 << 20;
/// Length of the checksum.
const CHECKSUM_BYTES: usize = 16;

/// Head of a partial.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    /// Version of pcapstat.
    pub pcapstat: String,
    /// The shards, in order.
    pub shards: Vec<Spec>,
}

/// True if the file of this path is of this kind.
pub fn is(kind: Kind, path: &Path) -> bool {
    let mut magic = [0; MAGIC_BYTES];
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    let mut read = || File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    is_file && read().is_ok() && magic == kind.magic()
}

/// Writes a partial.
///
/// # Errors
/// If it cannot be written.
pub fn write(partial: &Partial, out: impl Write) -> io::Result<()> {
    let head = Head { pcapstat: env!("CARGO_PKG_VERSION").into(), shards: partial.shards.clone() };
    write_framed(Kind::Partial, &serde_json::to_vec(&head)?, &partial.pieces, out)
}

/// Writes a file of a kind.
///
/// # Errors
/// If it cannot be written.
pub fn write_framed(
    kind: Kind,
    head: &[u8],
    body: &impl Serialize,
    out: impl Write,
) -> io::Result<()> {
    let mut out =
        BufWriter::with_capacity(1 << 20, Hashed { out, hash: XxHash3_128::new(), error: None });
    out.write_all(&kind.magic())?;
    out.write_all(&VERSION.to_le_bytes())?;
    out.write_all(&(head.len() as u64).to_le_bytes())?;
    out.write_all(head)?;
    if let Err(error) = postcard::to_io(body, &mut out) {
        let written = out.get_mut().error.take();
        return Err(written.unwrap_or_else(|| io::Error::other(error)));
    }
    let Hashed { mut out, hash, .. } = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    out.write_all(&hash.finish_128().to_le_bytes())?;
    out.flush()
}

/// Reads the head of a partial, unverified.
///
/// # Errors
/// A reason, for people.
pub fn head(path: &Path) -> Result<Head, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let mut start = [0; 20];
    file.read_exact(&mut start).map_err(|_| "cut short".to_string())?;
    let mut rest = start.as_slice();
    let length = start_of(Kind::Partial, &mut rest)?;
    if length > LONGEST_HEAD {
        return Err("damaged: its head is too long".into());
    }
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    parse_head(&bytes)
}

/// Length of the head, after the magic and the version.
fn start_of(kind: Kind, bytes: &mut &[u8]) -> Result<u64, String> {
    let name = kind.name();
    if take(bytes, MAGIC_BYTES)? != kind.magic() {
        return Err(format!("not {name}"));
    }
    let version = take(bytes, 4)?.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    if version != VERSION {
        return Err(format!("{name} of version {version}; this pcapstat reads {VERSION}"));
    }
    length(bytes)
}

/// Checks the version in a head.
///
/// # Errors
/// If it is another one.
pub fn check_version(head: &[u8]) -> Result<(), String> {
    let version: OnlyVersion =
        serde_json::from_slice(head).map_err(|error| format!("damaged: {error}"))?;
    if version.pcapstat != env!("CARGO_PKG_VERSION") {
        let (theirs, own) = (version.pcapstat, env!("CARGO_PKG_VERSION"));
        return Err(format!("a partial of pcapstat {theirs}; this is pcapstat {own}"));
    }
    Ok(())
}

fn parse_head(bytes: &[u8]) -> Result<Head, String> {
    check_version(bytes)?;
    let head: Head = serde_json::from_slice(bytes).map_err(|error| format!("damaged: {error}"))?;
    let Some(first) = head.shards.first() else { return Err("damaged: no shards".into()) };
    let follows = |(number, shard): (u64, &Spec)| {
        Some(shard.shard) == first.shard.checked_add(number)
            && shard.shard < shard.of
            && (&shard.plan, shard.of) == (&first.plan, first.of)
            && shard.options == first.options
    };
    if !(0..).zip(&head.shards).all(follows) || first.options_hash != options_hash(&first.options) {
        return Err("damaged: its shards are not consecutive".into());
    }
    Ok(head)
}

/// The part of a head that every version has.
#[derive(Deserialize)]
struct OnlyVersion {
    pcapstat: String,
}

/// Reads a partial.
///
/// # Errors
/// If it cannot be read, is damaged or of another version; with its name.
pub fn read(path: &Path) -> Result<Partial, Refusal> {
    let name = path_text::of(path);
    let refused = |message: String| Refusal::Unreadable(format!("{name}: {message}"));
    let options = ReadOptions { mmap: true, ..ReadOptions::default() };
    let mut source =
        Source::open(path, options, |_| true).map_err(|error| refused(error.to_string()))?;
    source.read_to(source.length());
    // Records stay in the file: most of a partial are some.
    in_file(&Arc::new(source), parse).map_err(refused)
}

/// Reads the bytes of a partial.
///
/// # Errors
/// A reason, for people.
pub fn parse(bytes: &[u8]) -> Result<Partial, String> {
    let (head, body) = framed(Kind::Partial, bytes)?;
    let partial = Partial { shards: parse_head(head)?.shards, pieces: pieces(body)? };
    if partial.is_sound() { Ok(partial) } else { Err("damaged: pieces of other shards".into()) }
}

/// Head and body of a file whose checksum holds.
///
/// # Errors
/// A reason, for people.
pub fn framed(kind: Kind, bytes: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let mut rest = bytes;
    let head_bytes = start_of(kind, &mut rest)?;
    let (hashed, checksum) =
        bytes.split_at_checked(bytes.len().saturating_sub(CHECKSUM_BYTES)).ok_or("cut short")?;
    if XxHash3_128::oneshot(hashed).to_le_bytes() != *checksum {
        return Err("damaged or cut short: its checksum does not hold".into());
    }
    let head = take(&mut rest, usize::try_from(head_bytes).unwrap_or(usize::MAX))?;
    let body_bytes = rest.len().checked_sub(CHECKSUM_BYTES).ok_or("cut short")?;
    Ok((head, take(&mut rest, body_bytes)?))
}

/// Reads a body.
///
/// # Errors
/// A reason, for people.
pub fn pieces(body: &[u8]) -> Result<Vec<Piece>, String> {
    let (pieces, left) =
        postcard::take_from_bytes(body).map_err(|error| format!("damaged: {error}"))?;
    if left.is_empty() { Ok(pieces) } else { Err("damaged: bytes after its pieces".into()) }
}

impl Partial {
    /// True if the pieces are those of the shards, each input once.
    fn is_sound(&self) -> bool {
        let mut inputs: Vec<u64> =
            self.shards.iter().flat_map(|shard| &shard.inputs).map(|slice| slice.input).collect();
        inputs.dedup();
        self.pieces.iter().map(|piece| piece.input).eq(inputs)
    }
}

fn length(bytes: &mut &[u8]) -> Result<u64, String> {
    Ok(take(bytes, 8)?.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
}

/// The next bytes.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], String> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or("cut short")?;
    *bytes = rest;
    Ok(taken)
}
