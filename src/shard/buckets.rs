//! Buckets: records of the folds, dealt so that an engine can shuffle them.
//!
//! [`deal`] takes the records out of a partial, bucket by bucket. What remains is small: it is merged
//! as ever, and tells the order of the records ([`order`]). [`fold`] applies the records of one bucket,
//! from all shards, and gives its state, which a run takes beside the counts.

use super::Refusal;
use super::file::{self, Kind};
use super::finish::plan_of;
use super::options;
use super::partial::{Content, Part, Partial, Piece};
use crate::engine::memory::Budget;
use crate::fold::encoded::dealt::Share;
use crate::path_text;
use crate::tally::{Needs, Tallies};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Plan and bucket that a file belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Of {
    /// Version of pcapstat.
    pub pcapstat: String,
    /// The plan.
    pub plan: String,
    /// The bucket.
    pub bucket: u8,
}

/// Records of a bucket, by input.
type Shares = Vec<(u64, Vec<Share>)>;

/// States of a bucket, by input.
pub type States = Vec<(u64, Vec<u8>)>;

/// Writes the records of a partial to a directory, a file for each bucket that has some: `00.bucket`
/// and so on. Gives the partial without them.
///
/// # Errors
/// If a file cannot be written.
pub fn deal(mut partial: Partial, directory: &Path) -> io::Result<Partial> {
    let shard = partial.first_shard();
    let mut buckets: BTreeMap<u8, Shares> = BTreeMap::new();
    for Piece { input, content, .. } in &mut partial.pieces {
        let Content::Read(part) = content else { continue };
        for (bucket, shares) in part.records.deal(shard) {
            buckets.entry(bucket).or_default().push((*input, shares));
        }
    }
    fs::create_dir_all(directory)?;
    let plan = plan_of(&partial);
    for (bucket, shares) in buckets {
        let path = directory.join(format!("{bucket:02}.bucket"));
        let mut out = BufWriter::new(File::create(path)?);
        write(Kind::Bucket, plan.clone(), bucket, &shares, &mut out)?;
        out.flush()?;
    }
    Ok(partial)
}

/// The order of the records of a partial: what folding needs to know of it.
pub fn order(mut whole: Partial) -> Partial {
    for piece in &mut whole.pieces {
        if let Content::Read(part) = &mut piece.content {
            part.tallies = Tallies::new(Needs::NOTHING, 1);
        }
    }
    whole
}

/// Folds the records of one bucket, of all shards, and writes its states.
///
/// # Errors
/// If a file is damaged or of another plan or bucket, or records of a shard are missing.
pub fn fold(order: Partial, paths: &[PathBuf], out: impl Write) -> Result<io::Result<()>, Refusal> {
    let read = |path: &PathBuf| read::<Shares>(Kind::Bucket, path);
    let read: Result<Vec<(Of, Shares)>, Refusal> = paths.par_iter().map(read).collect();
    let read = read?;
    let Some((of, _)) = read.first() else { return Err(Refusal::Usage("no buckets".into())) };
    let of = of.clone();
    let (plan, name) = (plan_of(&order), |path: &PathBuf| path_text::of(path));
    let other = read.iter().zip(paths).find(|((one, _), _)| *one != of || one.plan != plan);
    if let Some((_, path)) = other {
        return Err(Refusal::Usage(format!("{}: of another plan or bucket", name(path))));
    }
    let mut shares: BTreeMap<u64, Vec<Share>> = BTreeMap::new();
    for (input, own) in read.into_iter().flat_map(|(_, shares)| shares) {
        shares.entry(input).or_default().extend(own);
    }
    let options = order.shards.first().map(|shard| shard.options.clone()).unwrap_or_default();
    let wanted = options::plan(&options)?.wanted;
    let mut states = States::new();
    for Piece { input, name, content } in &order.pieces {
        let Content::Read(part) = content else { continue };
        let Part { records, .. } = &**part;
        let has = records.buckets().get(usize::from(of.bucket)).is_some_and(|has| *has);
        let Some(mut folds) = wanted.folds(false, &Budget::unlimited()).filter(|_| has) else {
            continue;
        };
        let own = shares.remove(input).unwrap_or_default();
        let missing = |_| {
            let bucket = of.bucket;
            Refusal::Unreadable(format!(
                "{name}: records of bucket {bucket} are damaged or missing"
            ))
        };
        states.push((*input, records.fold(&mut folds, of.bucket, &own).map_err(missing)?));
    }
    Ok(write(Kind::Folded, of.plan, of.bucket, &states, out))
}

/// Reads a file of one kind.
///
/// # Errors
/// If it cannot be read, is damaged or another one; with its name.
pub fn read<T: for<'de> Deserialize<'de>>(kind: Kind, path: &Path) -> Result<(Of, T), Refusal> {
    let name = path_text::of(path);
    let refused = |message: String| Refusal::Unreadable(format!("{name}: {message}"));
    let bytes = fs::read(path).map_err(|error| refused(crate::error::without_code(&error)))?;
    let (head, body) = file::framed(kind, &bytes).map_err(refused)?;
    file::check_version(head).map_err(refused)?;
    let damaged = |error: String| refused(format!("damaged: {error}"));
    let of: Of = serde_json::from_slice(head).map_err(|error| damaged(error.to_string()))?;
    Ok((of, data(body).map_err(refused)?))
}

/// Reads the body of a file.
///
/// # Errors
/// A reason, for people.
pub fn data<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, String> {
    let (data, left) =
        postcard::take_from_bytes(body).map_err(|error| format!("damaged: {error}"))?;
    if left.is_empty() { Ok(data) } else { Err("damaged: bytes after its end".into()) }
}

fn write(
    kind: Kind,
    plan: String,
    bucket: u8,
    data: &impl Serialize,
    out: impl Write,
) -> io::Result<()> {
    let of = Of { pcapstat: env!("CARGO_PKG_VERSION").into(), plan, bucket };
    file::write_framed(kind, &serde_json::to_vec(&of)?, data, out)
}
