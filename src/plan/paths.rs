//! Paths of the command line: inputs, and files that are written.

use super::STDIN;
use crate::cli::{Cli, FileAs};
use crate::error::without_code;
use crate::inputs::Naming;
use crate::path_text;
use ignore::overrides::{Override, OverrideBuilder};
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Refuses an output directory that is none.
pub(super) fn check_directory(directory: Option<&Path>) -> Result<(), String> {
    match directory {
        Some(path) if path.as_os_str() == STDIN => {
            Err("-o -: takes a directory; leave -o out for standard output".into())
        }
        Some(path) if path.is_file() => Err(format!(
            "-o {}: is a file; -o takes a directory, in which each table becomes a file",
            path.display()
        )),
        Some(path) if path.exists() && !path.is_dir() => {
            Err(format!("-o {}: is no directory, but a device or pipe", path.display()))
        }
        _ => Ok(()),
    }
}

/// Refuses a page that is no file, or whose name promises something else than HTML.
pub(super) fn check_page(file: Option<&Path>) -> Result<(), String> {
    match file {
        Some(path) if path.as_os_str() == STDIN => {
            Err("--report -: takes a file, as tables go to standard output; name it FILE.html"
                .into())
        }
        Some(path) if path.is_dir() => {
            Err(format!("--report {}: is a directory; --report takes a file", path.display()))
        }
        // A name without an extension may be a pipe or a device.
        Some(path) => match path.extension() {
            Some(other) if !["html", "htm"].iter().any(|html| other.eq_ignore_ascii_case(html)) => {
                Err(format!(
                    "--report {}: a report is HTML; name it FILE.html (for PDF, print it from a \
                     browser)",
                    path.display()
                ))
            }
            _ => Ok(()),
        },
        None => Ok(()),
    }
}

/// The paths of the command line and those of `--files-from`, in this order.
pub(super) fn all_paths(cli: &Cli) -> Result<Vec<OsString>, String> {
    let mut paths = cli.paths.clone();
    let mut stdin = paths.iter().filter(|path| path.as_os_str() == STDIN).count();
    if let Some(list) = &cli.files_from {
        let named =
            |error: io::Error| format!("--files-from {}: {}", list.display(), without_code(&error));
        let mut bytes = Vec::new();
        if list.as_os_str() == STDIN {
            stdin += 1;
            io::stdin().read_to_end(&mut bytes).map_err(named)?;
        } else {
            bytes = fs::read(list).map_err(named)?;
        }
        let separator = if cli.null { 0 } else { b'\n' };
        for line in bytes.split(|byte| *byte == separator) {
            let line = line.strip_suffix(b"\r").filter(|_| !cli.null).unwrap_or(line);
            if !line.is_empty() {
                paths.push(path_text::from_bytes(line));
            }
        }
        stdin +=
            paths.iter().skip(cli.paths.len()).filter(|path| path.as_os_str() == STDIN).count();
    }
    if stdin > 1 {
        return Err("standard input (-) can be read only once".into());
    }
    Ok(paths)
}

pub(super) fn naming(cli: &Cli) -> Result<Naming, String> {
    let name_only = cli.file_as == FileAs::Name;
    if cli.glob.is_empty() {
        return Ok(Naming { globs: Override::empty(), name_only });
    }
    let mut globs = OverrideBuilder::new(".");
    for glob in &cli.glob {
        globs.add(glob).map_err(|error| format!("--glob: {error}"))?;
    }
    let globs = globs.build().map_err(|error| format!("--glob: {error}"))?;
    Ok(Naming { globs, name_only })
}

/// True if both are one directory that exists.
pub(super) fn same_directory(one: &Path, two: Option<&Path>) -> bool {
    two.is_some_and(|two| {
        one.canonicalize().ok().zip(two.canonicalize().ok()).is_some_and(|(one, two)| one == two)
    })
}

/// Refuses outputs that would replace each other, or files that the run reads beside captures.
pub(super) fn check_apart(
    outputs: &[PathBuf],
    read: impl Iterator<Item = PathBuf>,
) -> Result<(), String> {
    let place = |path: &Path| {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        let whole = fs::canonicalize(directory).or_else(|_| std::path::absolute(directory));
        let directory = whole.ok()?;
        Some(directory.join(path.file_name()?))
    };
    let mut known: Vec<_> = read.filter_map(|path| place(&path)).collect();
    for output in outputs {
        let Some(place) = place(output) else { continue };
        if known.contains(&place) {
            return Err(format!("{}: two files of this run have this name", output.display()));
        }
        known.push(place);
    }
    Ok(())
}
