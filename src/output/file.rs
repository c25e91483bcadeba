//! Files that are whole or not there: written under a temporary name beside their place and renamed
//! when complete.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::NamedTempFile;

/// The files without their final name.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Size of the buffer before a file, in bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// Removes unfinished files when the process is about to be stopped: none is finished or begun from
/// then on.
pub fn remove_unfinished() {
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in unfinished.iter() {
        // Nobody is left who could be told.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(unfinished);
}

/// An unfinished file.
pub struct WholeFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file that is to be at `path`, with the permissions of any other new file.
    ///
    /// # Errors
    /// If the directory cannot be written.
    pub fn begin(directory: &Path, path: PathBuf) -> io::Result<WholeFile> {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".pcapstat-");
        #[cfg(unix)]
        let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
        #[cfg(unix)]
        builder.permissions(permissions);
        let file = builder.tempfile_in(directory).map_err(with_path(directory))?;
        unfinished.push(file.path().to_path_buf());
        Ok(WholeFile { file: BufWriter::with_capacity(BUFFER_BYTES, file), path })
    }

    /// Gives the file its name. Its bytes are on the disk before that, so that no crash leaves an
    /// empty file in place of an earlier one; a file that it replaces gives its permissions.
    ///
    /// # Errors
    /// If it cannot be written or renamed.
    pub fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(|error| with_path(&self.path)(error.into()))?;
        if let Some(replaced) = fs::metadata(&self.path).ok().filter(fs::Metadata::is_file) {
            let kept = file.as_file().set_permissions(replaced.permissions());
            kept.map_err(with_path(&self.path))?;
        }
        sync(file.as_file()).map_err(with_path(&self.path))?;
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        unfinished.retain(|name| name != file.path());
        file.persist(&self.path).map(drop).map_err(|error| with_path(&self.path)(error.error))
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(with_path(&self.path))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(with_path(&self.path))
    }
}

/// Waits until a file's bytes are on the disk. Devices and file systems that cannot do that are no
/// failure.
fn sync(file: &fs::File) -> io::Result<()> {
    match file.sync_data() {
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Ok(())
        }
        synced => synced,
    }
}

/// An error if one of these files, which are to be written, is an input: the same file, whatever
/// its path.
///
/// # Errors
/// If a file is an input.
pub fn assert_no_input<'i>(
    outputs: &[PathBuf],
    inputs: impl Iterator<Item = &'i Path>,
) -> io::Result<()> {
    let known: Vec<_> = outputs.iter().filter_map(|path| Some((identity(path)?, path))).collect();
    if known.is_empty() {
        return Ok(());
    }
    let ids: HashSet<_> = inputs.filter_map(identity).collect();
    match known.iter().find(|(id, _)| ids.contains(id)) {
        Some((_, path)) => {
            let kind = ErrorKind::AlreadyExists;
            Err(io::Error::new(kind, format!("{}: it is an input of this run", path.display())))
        }
        None => Ok(()),
    }
}

/// Device and inode of a file. None if there is no file.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Resolved path of a file. None if there is no file.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Puts a path before the system's message.
pub fn with_path(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
