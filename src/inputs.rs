//! From paths to captures to be read: files, the captures below directories, standard input.
//!
//! Directories are walked recursively, in byte order of the paths. Links are followed, but not in circles; what is no regular file
//! is left out there, and so is what does not begin like a capture. What is named itself is always an input.

use crate::capture::{self, Capture};
use crate::error::Error;
use crate::plan::STDIN;
use crate::source::Source;
use rayon::prelude::*;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
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
                name: path.display().to_string(),
                path,
                bytes: metadata.map_or(0, |metadata| metadata.len()),
                refused: None,
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
    found.sort_by(|(one, _), (two, _)| one.as_os_str().as_encoded_bytes().cmp(two.as_os_str().as_encoded_bytes()));
    let wanted = found.into_par_iter().filter_map(|(path, refused)| {
        let bytes = if refused.is_some() { 0 } else { length_if_capture(&path)? };
        Some(Input { name: path.display().to_string(), path, bytes, refused })
    });
    inputs.extend(wanted.collect::<Vec<_>>());
}

/// The length of a file; nothing only for one that can be read and does not begin like a capture.
fn length_if_capture(path: &Path) -> Option<u64> {
    let mut magic = [0; capture::MAGIC_BYTES];
    let Ok((read, length)) = File::open(path).and_then(|mut file| Ok((file.read(&mut magic)?, file.metadata()?.len())))
    else {
        return Some(0);
    };
    capture::is_capture(magic.get(..read).unwrap_or_default()).then_some(length)
}

impl Input {
    /// Opens it and reads its file header.
    ///
    /// # Errors
    /// When it cannot be read or is no capture.
    pub fn open(&self) -> Result<Capture, Error> {
        if let Some(Error::Io { what, source }) = &self.refused {
            return Err(Error::io(what)(io::Error::new(source.kind(), source.to_string())));
        }
        let source = if self.path.as_os_str() == STDIN {
            Source::read(&mut io::stdin().lock(), capture::is_capture)?
        } else {
            Source::open(&self.path, capture::is_capture)?
        };
        Capture::new(source)
    }
}
