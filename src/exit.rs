//! Exit codes, and the errors that end a run.
//!
//! [`EXIT_CODES`] is the one list: the command, `--help` and the documentation walk it. 70, 71 and
//! 74 are `EX_SOFTWARE`, `EX_OSERR` and `EX_IOERR` of sysexits.h; 130 is 128 and SIGINT.

use crate::error::without_code;
use crate::shard::Refusal;
use std::io;

/// End of the program. Greater is worse: with several, the greatest counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well.
    #[default]
    Success,
    /// An expectation did not hold.
    Unexpected,
    /// An input was damaged.
    Damaged,
    /// An input could not be read at all.
    Unreadable,
    /// Shards must be mapped again.
    MapAgain,
    /// The command line was wrong.
    Usage,
    /// A signal.
    Stopped,
    /// An output could not be written.
    OutputFailed,
    /// Too little memory, or too few descriptors.
    OutOfMemory,
    /// A packet made the program panic.
    Bug,
}

/// An exit code, when it is used, and its meaning.
#[derive(Debug)]
pub struct ExitCode {
    /// End of the program.
    pub exit: Exit,
    /// The number.
    pub code: u8,
    /// When it is used, for people.
    pub meaning: &'static str,
}

const fn code(exit: Exit, code: u8, meaning: &'static str) -> ExitCode {
    ExitCode { exit, code, meaning }
}

/// Every exit code, by number.
pub static EXIT_CODES: &[ExitCode] = &[
    code(Exit::Success, 0, "every input was read to its end"),
    code(Exit::Unexpected, 1, "an --expect condition did not hold, or the baseline differs"),
    code(Exit::Usage, 2, "wrong usage"),
    code(
        Exit::Unreadable,
        3,
        "at least one input could not be read at all, or no capture was found",
    ),
    code(
        Exit::Damaged,
        4,
        "at least one input was damaged or cut short; the tables cover the packets before the damage",
    ),
    code(
        Exit::MapAgain,
        5,
        "shard merge or finish: shards must be mapped again from the places that are printed",
    ),
    code(Exit::Bug, 70, "a bug: a packet made pcapstat panic; please report it"),
    code(
        Exit::OutOfMemory,
        71,
        "an input or its tables need more memory, or an input more open files, than allowed",
    ),
    code(Exit::OutputFailed, 74, "an output could not be written"),
    code(
        Exit::Stopped,
        130,
        "stopped by a signal; while standard input is read, by the second Ctrl-C",
    ),
];

impl Exit {
    /// The number that the program exits with.
    pub fn code(self) -> u8 {
        EXIT_CODES.iter().find(|known| known.exit == self).map_or(0, |known| known.code)
    }
}

/// Reason to end a run before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Tables or inputs need more memory or descriptors than this process has.
    #[error("{0}")]
    OutOfMemory(String),
    /// Partials do not make a whole.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// An output could not be written.
    #[error("cannot write: {}", without_code(.0))]
    Output(io::Error),
}

/// Not a source: the message has it already.
impl From<io::Error> for RunError {
    fn from(error: io::Error) -> RunError {
        RunError::Output(error)
    }
}

impl RunError {
    /// End of the program for it. None if it is no failure: the reader of a pipe left early.
    pub fn exit(&self) -> Option<Exit> {
        match self {
            RunError::OutOfMemory(_) => Some(Exit::OutOfMemory),
            RunError::Refused(refusal) => Some(refusal.exit()),
            RunError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => None,
            RunError::Output(_) => Some(Exit::OutputFailed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_is_never_out_of_memory() {
        let refused = RunError::from(io::Error::from(io::ErrorKind::OutOfMemory));
        assert_eq!(refused.exit().map(Exit::code), Some(74));
        assert_eq!(RunError::from(io::Error::from(io::ErrorKind::BrokenPipe)).exit(), None);
    }

    #[test]
    fn the_worst_end_counts() {
        // The contract: 70, 71, 74, 130, then 2, 3, 4, 1.
        let order = [1, 4, 3, 5, 2, 130, 74, 71, 70];
        let mut exits: Vec<Exit> = EXIT_CODES.iter().map(|known| known.exit).collect();
        exits.sort();
        assert_eq!(exits.iter().skip(1).map(|exit| exit.code()).collect::<Vec<_>>(), order);
    }
}
