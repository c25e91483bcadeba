//! Many machines: a run in four steps, each a command of its own.
//!
//! [`plan`] cuts the inputs into shards, [`map`] reads one and gives a *partial*, [`merge`] joins
//! partials, and a whole partial is an input like any capture: [`finish`] makes its tables. What is as
//! long as the capture never meets in one place: [`number`] tells each shard the numbers of its
//! packets, and [`rows`] writes its part of `packets`. The
//! pieces are those of one machine: a shard is a range, verified against where the one before it
//! ended.

pub mod buckets;
pub mod command;
pub mod file;
pub mod finish;
mod hashed;
pub mod kind;
pub mod manual;
pub mod map;
pub mod merge;
pub mod number;
pub mod options;
mod packed;
pub mod partial;
pub mod plan;
mod reader;
pub mod rows;
pub mod run_of;
pub mod spec;
pub mod step;

use crate::exit::Exit;
use spec::Spec;

/// Reason that a shard cannot be planned, mapped, merged or finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The command line, or partials that do not belong together.
    #[error("{0}")]
    Usage(String),
    /// A file that cannot be read, is damaged, or has changed.
    #[error("{0}")]
    Unreadable(String),
    /// Too little memory.
    #[error("{0}")]
    OutOfMemory(String),
    /// Shards began at a wrong guess.
    #[error("{} to be mapped again from where the one before it ended", shards(.0))]
    MapAgain(Vec<Spec>),
}

/// Number of shards, for people.
fn shards(again: &[Spec]) -> String {
    match again {
        [_] => "1 shard is".into(),
        several => format!("{} shards are", several.len()),
    }
}

impl Refusal {
    /// End of the program for it.
    pub fn exit(&self) -> Exit {
        match self {
            Refusal::Usage(_) => Exit::Usage,
            Refusal::Unreadable(_) => Exit::Unreadable,
            Refusal::OutOfMemory(_) => Exit::OutOfMemory,
            Refusal::MapAgain(_) => Exit::MapAgain,
        }
    }
}
