//! A hint to the system to begin writing a file to the disk, so that little is left to wait for once it
//! is complete.
#![allow(unsafe_code)]

use std::fs::File;

/// Begins writing the bytes of a file from `offset` on, `length` of them, and waits for none. Other
/// systems than Linux begin when they see fit.
pub fn begin(file: &File, offset: u64, length: u64) {
    #[cfg(target_os = "linux")]
    if let (Ok(offset), Ok(length)) = (offset.try_into(), length.try_into()) {
        use std::os::fd::AsRawFd;
        // SAFETY: the descriptor is open; the call writes pages and touches no memory of the process.
        // A failure shows itself again when the file is synchronized.
        unsafe {
            libc::sync_file_range(file.as_raw_fd(), offset, length, libc::SYNC_FILE_RANGE_WRITE);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, offset, length);
}
