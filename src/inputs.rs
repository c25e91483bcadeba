//! From paths to captures to be read: files, the captures below directories, standard input.
//!
//! Directories are walked recursively, in byte order of the paths. Links are followed, but not in
//! circles; what is no regular file is left out there, and so is, when it is opened, what does not
//! begin like a capture. What is named itself is always an input.

use crate::capture::{self, Capture};
use crate::error::Error;
use crate::plan::STDIN;
use crate::source::{ReadOptions, Source};
use rayon::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Something to read.
#[derive(Debug)]
pub struct Input {
    path: PathBuf,
    /// What the `file` column says.
    pub name: String,
    /// The length of the file as far as it is known.
    pub bytes: u64,
    /// Why it could not even be looked at.
    refused: Option<Error>,
    /// Found in a directory: it need not be a capture.
    found: bool,
}

/// The inputs that the paths mean, in order.
pub fn discover(paths: &[OsString]) -> Vec<Input> {
    let mut inputs = Vec::new();
    for path in paths {
        let path = PathBuf::from(path);
        let metadata = fs::metadata(&path).ok().filter(|_| path.as_os_str() != STDIN);
        match metadata {
            Some(metadata) if metadata.is_dir() => walk(&path, &mut inputs),
            metadata => inputs.push(Input {
                name: display_path(&path),
                path,
                bytes: metadata.map_or(0, |metadata| metadata.len()),
                refused: None,
                found: false,
            }),
        }
    }
    inputs
}

fn walk(directory: &Path, inputs: &mut Vec<Input>) {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(directory).follow_links(true) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => found.push((entry.into_path(), None)),
            Ok(_) => {}
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(directory).to_path_buf();
                let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into());
                found.push((path, Some(Error::io("cannot open")(source))));
            }
        }
    }
    found.sort_by(|(one, _), (two, _)| {
        one.as_os_str().as_encoded_bytes().cmp(two.as_os_str().as_encoded_bytes())
    });
    let measured = found.into_par_iter().map(|(path, refused)| {
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        Input { name: display_path(&path), path, bytes, refused, found: true }
    });
    inputs.extend(measured.collect::<Vec<_>>());
}

/// A path as the `file` column and messages say it: bytes that are no UTF-8 as `\\xNN`, so that no
/// two files are called alike.
pub fn display_path(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text += &format!("\\x{byte:02X}"));
    }
    text
}

impl Input {
    /// Opens it and reads its file header; none for what was found in a directory and does not
    /// begin like a capture.
    ///
    /// # Errors
    /// When it cannot be read or is no capture.
    pub fn open(&self, reading: ReadOptions) -> Result<Option<Capture>, Error> {
        if let Some(Error::Io { what, source }) = &self.refused {
            return Err(Error::io(what)(io::Error::new(source.kind(), source.to_string())));
        }
        let source = if self.path.as_os_str() == STDIN {
            Source::read(io::stdin(), reading, capture::is_capture)?
        } else {
            Source::open(&self.path, reading, capture::is_capture)?
        };
        if self.found && !capture::is_capture(source.rest(0)) {
            return Ok(None);
        }
        Capture::new(source).map(Some)
    }
}
