//! Mapping: reads the bytes of a shard and gives a partial.
//!
//! A part of a file begins at the first record that looks like one; whether it is, is decided when
//! partials are merged. A damaged input is part of the result, not a failure: a second attempt would
//! find the same.

use super::Refusal;
use super::options;
use super::partial::Partial;
use super::reader::Reader;
use super::rows::Writer;
use super::spec::Spec;
use crate::engine::memory::{Budget, Measure};
use crate::plan::{OWN_BYTES, Plan};
use rayon::prelude::*;
use std::io::Read;
use std::sync::Arc;

/// Source of the bytes of a shard.
pub enum Bytes {
    /// The files of its paths.
    Files,
    /// A stream of the only slice, from its start on.
    Stream(Box<dyn Read + Send>),
}

/// Reads a shard. Call it on a worker of the pool to use.
///
/// # Errors
/// If a file was changed since the plan or cannot be read any more, or memory is short.
pub fn map(spec: Spec, plan: &Plan, bytes: Bytes) -> Result<Partial, Refusal> {
    let reader = Reader { plan, budget: budget(plan), rows: None };
    let pieces = match (bytes, spec.inputs.as_slice()) {
        (Bytes::Files, slices) => {
            slices.par_iter().with_max_len(1).map(|slice| reader.file(slice)).collect()
        }
        (Bytes::Stream(stream), [slice]) => reader.stream(slice, stream).map(|piece| vec![piece]),
        _ => Err(Refusal::Usage("a shard of several files cannot be read from a stream".into())),
    };
    Ok(Partial { pieces: pieces?, shards: vec![spec] })
}

/// Writes the rows of `packets` of a shard. Call it on a worker of the pool to use.
///
/// # Errors
/// Those of [`map`], and if the rows cannot be written.
pub fn write_rows(spec: &Spec, plan: &Plan, bytes: Bytes, writer: &Writer) -> Result<(), Refusal> {
    let reader = Reader { plan, budget: budget(plan), rows: Some(writer) };
    match (bytes, spec.inputs.as_slice()) {
        (Bytes::Files, slices) => slices.iter().try_for_each(|slice| reader.file(slice).map(drop)),
        (Bytes::Stream(stream), [slice]) => reader.stream(slice, stream).map(drop),
        (Bytes::Stream(_), []) => Ok(()),
        _ => Err(Refusal::Usage("a shard of several files cannot be read from a stream".into())),
    }
}

/// Memory for the records of folds, which are most of a partial.
fn budget(plan: &Plan) -> Arc<Budget> {
    let memory = plan.memory;
    let limit = (memory.all / 4 * 3).saturating_add(OWN_BYTES);
    let measure = memory.used.map(|used| Measure { used, limit });
    Budget::measured(memory.all / 2, measure)
}

/// The plan of a shard: its options, and those of this machine.
///
/// # Errors
/// If they are wrong.
pub fn plan(spec: &Spec, machine: Vec<String>) -> Result<Plan, Refusal> {
    let options: Vec<String> = spec.options.iter().cloned().chain(machine).collect();
    options::plan(&options)
}
