//! The outcome of a run for machines: every check of every input, passed or not, as JUnit XML and
//! as GitHub annotations.

pub mod github;
pub mod junit;

use crate::output::WholeFile;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// A check and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The input, as in the column `file`; for the baseline the name of the option.
    pub input: String,
    /// The name of the check: `read`, a condition, or a table of the baseline.
    pub check: String,
    /// None if it passed.
    pub problem: Option<Problem>,
}

/// The reason that a check did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A condition does not hold, or the baseline differs.
    Failure(String),
    /// An input is damaged or unreadable.
    Error(String),
}

impl Problem {
    /// The message for people.
    pub fn message(&self) -> &str {
        match self {
            Problem::Failure(message) | Problem::Error(message) => message,
        }
    }
}

/// Writes the checks as far as asked for: a JUnit file, annotations on standard error, and the step
/// summary that GitHub names in the environment.
///
/// # Errors
/// If a file cannot be written.
pub fn publish(cases: &[Case], junit: Option<&Path>, github: bool) -> io::Result<()> {
    if let Some(path) = junit {
        let mut file = WholeFile::begin(path.to_path_buf())?;
        junit::write(cases, &mut file)?;
        file.finish()?;
    }
    if github {
        github::annotate(cases, io::stderr().lock())?;
        if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY") {
            let mut file = File::options().append(true).create(true).open(path)?;
            let room = github::MOST_SUMMARY_BYTES.saturating_sub(file.metadata()?.len());
            file.write_all(github::summary(cases, room).as_bytes())?;
        }
    }
    Ok(())
}
