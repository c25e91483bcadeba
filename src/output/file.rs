//! Files that are whole or not there: written under a temporary name beside their place and renamed
//! when complete.

use std::fs;
use std::io::{self, BufWriter, Write};
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

    /// Gives the file its name.
    ///
    /// # Errors
    /// If it cannot be written or renamed.
    pub fn finish(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(|error| with_path(&self.path)(error.into()))?;
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

/// Puts a path before the system's message.
pub fn with_path(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
