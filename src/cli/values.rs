//! Values of options that are words of a list.

use super::{Cli, with_help};
use crate::output::format::{COLUMNAR, FORMATS};
use crate::shard::manual;
use clap::builder::PossibleValue;
use clap::{CommandFactory, ValueEnum};
use clap_complete::Shell;
use std::io::{self, Write};

/// Depth of protocol paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// Down to the first application protocol
    Application,
    /// Down to the transport
    Transport,
}

/// The format that suits where standard output goes.
pub const AUTO: &str = "auto";

/// Other names of formats, as other tools call them.
pub const OTHER_NAMES: [(&str, &str); 2] = [("jsonl", "ndjson"), ("md", "markdown")];

/// Values of `-f`.
pub(super) fn formats() -> Vec<PossibleValue> {
    let auto = PossibleValue::new(AUTO).help("`table` on a terminal and `csv` otherwise");
    let text = FORMATS.iter().filter(|format| !format.binary);
    let text = text.map(|format| {
        let others = OTHER_NAMES.iter().filter(|(_, name)| *name == format.name);
        let others = others.map(|(other, _)| *other);
        PossibleValue::new(format.name).help(format.about).aliases(others)
    });
    let binary = COLUMNAR.map(|(name, about)| PossibleValue::new(name).help(about));
    std::iter::once(auto).chain(text).chain(binary).collect()
}

/// Values of `--file-as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileAs {
    /// The path as given
    Path,
    /// The name without directories
    Name,
}

/// Values of `--generate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Manual page
    Man,
    /// Completions of bash
    CompleteBash,
    /// Completions of zsh
    CompleteZsh,
    /// Completions of fish
    CompleteFish,
    /// Completions of PowerShell
    CompletePowershell,
}

impl Kind {
    /// Writes it, derived from the command line's own definition.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let shell = match self {
            Kind::Man => {
                clap_mangen::Man::new(with_help()).render(out)?;
                return manual::write(out);
            }
            Kind::CompleteBash => Shell::Bash,
            Kind::CompleteZsh => Shell::Zsh,
            Kind::CompleteFish => Shell::Fish,
            Kind::CompletePowershell => Shell::PowerShell,
        };
        clap_complete::generate(shell, &mut manual::with_steps(Cli::command()), "pcapstat", out);
        Ok(())
    }
}

/// When to do something that is meant for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
