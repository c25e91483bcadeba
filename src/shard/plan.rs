//! Planning: cuts inputs into shards of about equal size, a line of JSON each.
//!
//! Small files are grouped, large ones are cut, compressed ones and those that no format knows stay
//! whole. So do all with `--salvage`: after damage the bytes decide which capture they belong to. Only
//! the first bytes of large files are read.

use super::Refusal;
use super::packed::packed;
use super::spec::{Slice, Spec, hash, options_hash};
use crate::capture::{self, Capture};
use crate::inputs::{self, Input};
use crate::path_text;
use crate::plan::Plan;
use crate::source::{ReadOptions, Source};
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// Length of a shard unless the user says otherwise, in bytes.
pub const DEFAULT_SHARD_BYTES: u64 = 256 << 20;

/// Least length of a shard that can be asked for, in bytes: below it lines would be longer than their
/// shards.
pub const LEAST_SHARD_BYTES: u64 = 4 << 10;

/// Greatest number of files of a shard: its line must fit into an argument.
const MOST_FILES: usize = 256;

/// Greatest length of the start of a capture that a shard carries along, in bytes.
pub const LONGEST_HEADER: usize = 64 << 10;

/// Shards of a run.
pub struct Planned {
    /// In order.
    pub shards: Vec<Spec>,
    /// Inputs that stay whole although they are long captures, for people.
    pub kept_whole: Vec<String>,
}

/// Cuts the inputs of a run into shards.
///
/// # Errors
/// If there is no input, one is no file, or its path is not UTF-8.
pub fn plan(plan: &Plan, options: Vec<String>, shard_bytes: u64) -> Result<Planned, Refusal> {
    let inputs = inputs::discover(&plan.paths, &plan.naming);
    if inputs.list.is_empty() {
        return Err(Refusal::Unreadable("no capture found".into()));
    }
    let (mut shards, mut kept_whole): (Vec<Vec<Slice>>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut group, mut grouped): (Vec<Slice>, u64) = (Vec::new(), 0);
    for (number, input) in (0..).zip(&inputs.list) {
        let whole = slice(number, input)?;
        if input.bytes <= shard_bytes {
            if grouped + input.bytes > shard_bytes || group.len() == MOST_FILES {
                shards.push(std::mem::take(&mut group));
                grouped = 0;
            }
            grouped += input.bytes;
            group.push(whole);
            continue;
        }
        shards.extend(Some(std::mem::take(&mut group)).filter(|group| !group.is_empty()));
        grouped = 0;
        let opening = if plan.salvage { Opening::Whole } else { opening(input.path()) };
        if let Opening::Long(length) = opening {
            kept_whole.push(format!(
                "{}: stays whole: {length} bytes stand before its first packet, and each shard of it \
                 would carry them; {LONGEST_HEADER} are the most",
                input.name
            ));
        }
        let parts = match opening {
            Opening::Header(header) => cut(&whole, &header, shard_bytes),
            Opening::Long(_) | Opening::Whole => vec![whole],
        };
        shards.extend(parts.into_iter().map(|slice| vec![slice]));
    }
    shards.extend(Some(group).filter(|group| !group.is_empty()));
    let lines: Vec<String> =
        shards.iter().filter_map(|slices| serde_json::to_string(slices).ok()).collect();
    let name = hash(lines.iter().chain(&options).map(String::as_str));
    let (of, options_hash) = (shards.len() as u64, options_hash(&options));
    let spec = |(shard, inputs)| Spec {
        shard,
        of,
        plan: name.clone(),
        options_hash: options_hash.clone(),
        options: options.clone(),
        inputs,
    };
    Ok(Planned { shards: (0..).zip(shards).map(spec).collect(), kept_whole })
}

/// All of an input.
fn slice(number: u64, input: &Input) -> Result<Slice, Refusal> {
    let (path, usage) = (input.path(), |what| Refusal::Usage(format!("{}: {what}", input.name)));
    if !input.is_repeatable {
        return Err(usage("no regular file: a machine could not read its part of it"));
    }
    let text = path.to_str().ok_or_else(|| usage("a path that is not UTF-8 cannot be planned"))?;
    Ok(Slice {
        input: number,
        path: text.into(),
        name: input.name.clone(),
        bytes: input.bytes,
        modified: modified(path),
        start: 0,
        end: input.bytes,
        header: None,
        from: None,
        assume: None,
        packets_before: 0,
        names: None,
        may_be_skipped: input.may_be_skipped,
        refused: input.refused.as_ref().map(ToString::to_string),
    })
}

/// Time of a file's last change, in seconds since 1970 with nine decimals.
pub fn modified(path: &Path) -> Option<String> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{}.{:09}", since.as_secs(), since.subsec_nanos()))
}

/// The parts of an input.
fn cut(whole: &Slice, header: &[u8], shard_bytes: u64) -> Vec<Slice> {
    let header = packed(header);
    let count = whole.bytes.div_ceil(shard_bytes);
    let part = |number: u64| Slice {
        start: number * shard_bytes,
        end: number.saturating_add(1).saturating_mul(shard_bytes).min(whole.bytes),
        header: Some(header.clone()),
        ..whole.clone()
    };
    (0..count).map(part).collect()
}

/// Start of a long input.
enum Opening {
    /// First bytes of an uncompressed capture, which tell its format and first interfaces.
    Header(Vec<u8>),
    /// There are too many of them, this number.
    Long(usize),
    /// It is compressed, or no capture.
    Whole,
}

fn opening(path: &Path) -> Opening {
    let options = ReadOptions { chunk_bytes: 2 * LONGEST_HEADER as u64, ..ReadOptions::default() };
    let source = Source::open(path, options, capture::is_capture).ok();
    let capture = source.and_then(|source| Capture::new(source).ok());
    let Some(capture) = capture.filter(|one| one.source().compression().is_none()) else {
        return Opening::Whole;
    };
    let length = usize::try_from(capture.opening_bytes()).unwrap_or(usize::MAX);
    if length > LONGEST_HEADER {
        return Opening::Long(length);
    }
    let header = capture.source().rest(0).get(..length);
    header.map_or(Opening::Whole, |header| Opening::Header(header.to_vec()))
}

/// Text of a path, for messages.
pub fn text(path: &str) -> String {
    path_text::of(Path::new(path))
}
