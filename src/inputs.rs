//! Inputs: files, the captures in directories, standard input.
//!
//! Directories are walked recursively in the order of [`names::sort_key`]. Links are followed, but
//! not in circles; hidden entries, special files and those that no `--glob` wants are left out. A
//! file found there that is no capture is skipped, unless its name claims that it is one. A path
//! that is named on the command line is always an input.

use crate::capture::{self, Capture};
use crate::error::{Error, without_code};
use crate::interrupt::Stdin;
use crate::output::{self, Identity, identity};
use crate::plan::STDIN;
use crate::progress::Progress;
use crate::source::live::PATIENCE;
use crate::source::{ReadOptions, Source};
use crate::{names, path_text};
use ignore::overrides::Override;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// One input.
#[derive(Debug)]
pub struct Input {
    path: PathBuf,
    /// Text of its path.
    pub name: String,
    /// Length of the file in bytes, 0 if unknown.
    pub bytes: u64,
    /// A file: it can be opened and read again.
    pub is_repeatable: bool,
    /// Identity of the file. None if there is none.
    id: Option<Identity>,
    /// Error of finding it.
    pub refused: Option<Error>,
    /// Found in a directory, with a name that does not claim to be a capture.
    pub may_be_skipped: bool,
}

impl Input {
    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Inputs of a run.
#[derive(Debug, Default)]
pub struct Inputs {
    /// In order.
    pub list: Vec<Input>,
    /// True if a directory was walked.
    pub walked: bool,
    /// Pipes, sockets and devices in walked directories: reading one might never end.
    pub special: Vec<String>,
}

impl Inputs {
    /// Makes sure that no input is a file that is to be written, whatever its path: one of `outputs`, or
    /// the file that is standard output. Files of an earlier run in a walked directory are no inputs.
    ///
    /// # Errors
    /// If a file is an input.
    pub fn spare(&mut self, outputs: &[PathBuf]) -> io::Result<()> {
        let id = |path: &PathBuf| identity(path, &fs::metadata(path).ok()?);
        let stdout = PathBuf::from("standard output");
        let known: Vec<(Identity, &PathBuf)> = outputs
            .iter()
            .filter_map(|path| Some((id(path)?, path)))
            .chain(output::stdout_file().map(|id| (id, &stdout)))
            .collect();
        let output = |input: &Input| {
            let id = input.id.as_ref()?;
            known.iter().find(|(known, _)| known == id)
        };
        if known.is_empty() {
            return Ok(());
        }
        self.list.retain(|input| output(input).is_none() || !input.is_from_earlier_run());
        match self.list.iter().find_map(output) {
            Some((_, path)) => {
                let message = format!("{}: it is an input of this run", path.display());
                Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
            }
            None => Ok(()),
        }
    }
}

impl Inputs {
    /// Files that are inputs more than once, under one path or several, for people. None if there is
    /// none.
    pub fn repeated(&self) -> Option<String> {
        let files: Vec<&Input> = self.list.iter().filter(|input| input.is_repeatable).collect();
        let mut known = HashMap::with_capacity(files.len());
        let mut again = files.iter().filter_map(|input| {
            let first = *known.entry(input.id.as_ref()?).or_insert(input);
            (!std::ptr::eq(first, input)).then_some((input, first))
        });
        let (input, first) = again.next()?;
        let (name, first) = (path_text::of(&input.path), path_text::of(&first.path));
        let more = again.count();
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        Some(match name == first {
            true => format!("{name} is given twice and counted twice{more}"),
            false => format!("{name} is {first} and counted again{more}"),
        })
    }
}

/// Choice of the files of directories, and their names in tables.
#[derive(Clone, Debug)]
pub struct Naming {
    /// Patterns of `--glob`; without any, all files match.
    pub globs: Override,
    /// The column `file` has the name alone, without directories.
    pub name_only: bool,
}

impl Naming {
    /// Text of a path in the column `file`.
    fn text(&self, path: &Path) -> String {
        let name = path.file_name().filter(|_| self.name_only);
        path_text::of(name.map_or(path, Path::new))
    }
}

/// Finds the inputs of these paths, in order.
pub fn discover(paths: &[OsString], naming: &Naming) -> Inputs {
    let mut inputs = Inputs::default();
    for path in paths {
        let path = PathBuf::from(path);
        let metadata = fs::metadata(&path).ok().filter(|_| path.as_os_str() != STDIN);
        match metadata {
            Some(metadata) if metadata.is_dir() => {
                inputs.walked = true;
                walk(&path, naming, &mut inputs);
            }
            metadata => {
                let is_repeatable = path.as_os_str() != STDIN
                    && metadata.as_ref().is_none_or(|metadata| metadata.is_file());
                let id = metadata.as_ref().and_then(|metadata| identity(&path, metadata));
                inputs.list.push(Input {
                    name: naming.text(&path),
                    path,
                    bytes: metadata.as_ref().map_or(0, |metadata| metadata.len()),
                    id,
                    is_repeatable,
                    refused: None,
                    may_be_skipped: false,
                })
            }
        }
    }
    inputs
}

fn walk(directory: &Path, naming: &Naming, inputs: &mut Inputs) {
    let mut found = Vec::new();
    let matches =
        |path: &Path, is_directory: bool| !naming.globs.matched(path, is_directory).is_ignore();
    let shown = |entry: &walkdir::DirEntry| {
        let path = entry.path();
        entry.depth() == 0 || !names::is_hidden(path) && matches(path, entry.file_type().is_dir())
    };
    for entry in walkdir::WalkDir::new(directory).follow_links(true).into_iter().filter_entry(shown)
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() => found.push((entry.into_path(), None)),
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => inputs.special.push(walked_name(entry.path(), naming)),
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(directory).to_path_buf();
                let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                found.push((path, Some(Error::io("cannot open")(source))));
            }
        }
    }
    inputs.special.sort_unstable();
    found.sort_by_cached_key(|(path, _)| names::sort_key(path));
    let measured = found.into_par_iter().map(|(path, refused)| {
        let metadata = fs::metadata(&path).ok();
        let bytes = metadata.as_ref().map_or(0, |metadata| metadata.len());
        let id = metadata.and_then(|metadata| identity(&path, &metadata));
        let may_be_skipped = !names::claims_capture(&path);
        let (name, is_repeatable) = (walked_name(&path, naming), true);
        Input { name, path, bytes, id, is_repeatable, refused, may_be_skipped }
    });
    inputs.list.extend(measured.collect::<Vec<_>>());
}

/// Text of a path found in a directory; the same on every system.
fn walked_name(path: &Path, naming: &Naming) -> String {
    let name = naming.text(path);
    if cfg!(windows) { name.replace('\\', "/") } else { name }
}

impl Input {
    /// True if it was found in a directory and is no capture.
    fn is_from_earlier_run(&self) -> bool {
        let opened = || self.open(ReadOptions::default(), &Progress::hidden());
        self.may_be_skipped && matches!(opened(), Ok(None))
    }

    /// True if it is standard input.
    pub fn is_stdin(&self) -> bool {
        self.path.as_os_str() == STDIN
    }

    /// Opens it and reads its file header. None if it was found in a directory and is no capture.
    /// The bytes of standard input are counted by `progress`.
    ///
    /// # Errors
    /// If it cannot be read or is no capture.
    pub fn open(
        &self,
        options: ReadOptions,
        progress: &Progress,
    ) -> Result<Option<Capture>, Error> {
        if let Some(Error::Io { what, source }) = &self.refused {
            let source = io::Error::new(source.kind(), without_code(source));
            return Err(Error::io(what)(source));
        }
        let patience = if self.is_repeatable { None } else { Some(PATIENCE) };
        let options = ReadOptions { patience, ..options };
        let source = if self.is_stdin() {
            Source::read(progress.watch(Stdin { patience }), options, capture::is_capture)?
        } else {
            Source::open(&self.path, options, capture::is_capture)?
        };
        if self.may_be_skipped && !capture::is_capture(source.rest(0)) {
            return Ok(None);
        }
        Capture::new(source).map(Some)
    }
}
