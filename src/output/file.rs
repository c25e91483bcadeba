//! Files that are whole or not there: written without a name (Linux, where the file system can), or
//! under a temporary one beside their place, and named when complete.
//!
//! A file without a name is gone with the process, however it ends. A link is followed, as a shell
//! follows it; a pipe or device is written as it is.

use crate::error::without_code;
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tempfile::NamedTempFile;

/// The files without their final name.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Size of the buffer before a file, in bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// Removes unfinished files when the process is about to be stopped: none is finished or begun from
/// then on.
pub fn remove_unfinished() {
    // The lock is held for a rename at most, and for ever by a thread that is stopped inside of it.
    let tries = (0..100).map(|_| {
        thread::sleep(Duration::from_millis(1));
        UNFINISHED.try_lock()
    });
    let Some(unfinished) = tries.flatten().next() else { return };
    for path in unfinished.iter() {
        // Nobody is left who could be told.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(unfinished);
}

/// An unfinished file.
pub struct WholeFile {
    file: BufWriter<Unfinished>,
    directory: PathBuf,
    path: PathBuf,
}

/// A file without its final name.
enum Unfinished {
    #[cfg(target_os = "linux")]
    Unnamed(fs::File),
    Named(NamedTempFile<fs::File>),
    /// A pipe or device, which keeps its name.
    Special(fs::File),
}

impl Unfinished {
    /// A file that is to be in a directory, with the permissions of any other new file.
    fn begin(directory: &Path) -> io::Result<Unfinished> {
        fs::metadata(directory)?;
        #[cfg(target_os = "linux")]
        if let Some(file) = unnamed::begin(directory) {
            return Ok(Unfinished::Unnamed(file));
        }
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut code = None;
        let named = builder().make_in(directory, |path| {
            let opened = options().create_new(true).open(path);
            code = opened.as_ref().err().and_then(io::Error::raw_os_error);
            opened
        });
        // Its error names the temporary file.
        let file = named.map_err(|error| {
            code.map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
        })?;
        unfinished.push(file.path().to_path_buf());
        Ok(Unfinished::Named(file))
    }

    fn file(&self) -> &fs::File {
        match self {
            #[cfg(target_os = "linux")]
            Unfinished::Unnamed(file) => file,
            Unfinished::Named(file) => file.as_file(),
            Unfinished::Special(file) => file,
        }
    }

    /// Gives the file its name, which may replace another file.
    fn name(self, directory: &Path, path: &Path) -> io::Result<()> {
        #[cfg(not(target_os = "linux"))]
        let _ = directory;
        let file = match self {
            #[cfg(target_os = "linux")]
            Unfinished::Unnamed(file) => return unnamed::name(&file, directory, path),
            Unfinished::Named(file) => file,
            Unfinished::Special(_) => return Ok(()),
        };
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        unfinished.retain(|name| name != file.path());
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

/// Temporary names.
fn builder<'a>() -> tempfile::Builder<'a, 'a> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pcapstat-");
    builder
}

/// A new file, with the permissions of any other.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o666);
    options
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

/// Files without a name (`O_TMPFILE`).
#[cfg(target_os = "linux")]
mod unnamed {
    use super::{builder, options};
    use rustix::fs::{AtFlags, CWD, OFlags, linkat};
    use std::fs::File;
    use std::io::{self, ErrorKind};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    /// Links to the process's own files: only they can name a file without a name.
    const LINKS: &str = "/proc/self/fd";

    /// A file without a name. None if the file system has none, or they could not be named.
    pub fn begin(directory: &Path) -> Option<File> {
        let mut options = options();
        options.custom_flags(OFlags::TMPFILE.bits().cast_signed());
        Path::new(LINKS).exists().then(|| options.open(directory).ok()).flatten()
    }

    /// Names it; a file of that name is replaced.
    pub fn name(file: &File, directory: &Path, path: &Path) -> io::Result<()> {
        let link = format!("{LINKS}/{}", file.as_raw_fd());
        let link_to = |path: &Path| linkat(CWD, &link, CWD, path, AtFlags::SYMLINK_FOLLOW);
        match link_to(path).map_err(io::Error::from) {
            // A link replaces nothing; a rename does.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let named = builder().make_in(directory, |path| Ok(link_to(path)?))?;
                named.persist(path).map(drop).map_err(|error| error.error)
            }
            linked => linked,
        }
    }
}

impl WholeFile {
    /// Begins a file that is to be at `path`, with the permissions of any other new file.
    ///
    /// # Errors
    /// If its directory cannot be written.
    pub fn begin(path: PathBuf) -> io::Result<WholeFile> {
        let present = fs::metadata(&path).ok();
        let path = match present {
            Some(_) if path.is_symlink() => fs::canonicalize(&path).map_err(with_path(&path))?,
            _ => path,
        };
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = parent.unwrap_or(Path::new(".")).to_path_buf();
        let file = match present {
            Some(metadata) if !metadata.is_file() && !metadata.is_dir() => {
                let file = fs::File::options().write(true).open(&path);
                Unfinished::Special(file.map_err(with_path(&path))?)
            }
            _ => Unfinished::begin(&directory).map_err(with_path(&directory))?,
        };
        Ok(WholeFile { file: BufWriter::with_capacity(BUFFER_BYTES, file), directory, path })
    }

    /// Gives the file its name. Its bytes are on the disk before that, so that no crash leaves an
    /// empty file in place of an earlier one; a file that it replaces gives its permissions.
    ///
    /// # Errors
    /// If it cannot be written or named.
    pub fn finish(self) -> io::Result<()> {
        let WholeFile { file, directory, path } = self;
        let file = file.into_inner().map_err(|error| with_path(&path)(error.into()))?;
        if let Some(replaced) = fs::metadata(&path).ok().filter(fs::Metadata::is_file) {
            let kept = file.file().set_permissions(replaced.permissions());
            kept.map_err(with_path(&path))?;
        }
        sync(file.file()).map_err(with_path(&path))?;
        file.name(&directory, &path).map_err(with_path(&path))
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

/// Device and inode of a file.
#[cfg(unix)]
pub type Identity = (u64, u64);

/// Identity of a file, whatever its path.
#[cfg(unix)]
pub fn identity(_: &Path, metadata: &fs::Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

/// Resolved path of a file.
#[cfg(not(unix))]
pub type Identity = PathBuf;

/// Identity of a file, whatever its path.
#[cfg(not(unix))]
pub fn identity(path: &Path, _: &fs::Metadata) -> Option<Identity> {
    fs::canonicalize(path).ok()
}

/// Puts a path before the system's message.
pub fn with_path(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| {
        io::Error::new(error.kind(), format!("{}: {}", path.display(), without_code(&error)))
    }
}
