//! State that this process was started in, and signals that would end it without a message.
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicBool, Ordering};

/// Standard output was closed when the process began.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// True if standard output was closed when the process began (`>&-`): Rust then puts a device in
/// its place that takes everything. Known on Linux and macOS.
pub fn stdout_was_closed() -> bool {
    CLOSED.load(Ordering::Relaxed)
}

/// Notes whether standard output is closed. Runs before `main`, because Rust opens it there.
#[cfg(any(target_os = "linux", target_os = "macos"))]
extern "C" fn note_stdout() {
    // SAFETY: asks for the flags of a descriptor, whether there is one or not.
    let is_open = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) } != -1;
    CLOSED.store(!is_open, Ordering::Relaxed);
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[used]
// SAFETY: the section holds pointers to functions that the system calls before `main`; this one
// needs nothing that is not there yet.
#[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static BEFORE_MAIN: extern "C" fn() = note_stdout;

/// True if a signal was ignored when the process began (nohup, background jobs of shells).
pub fn ignores(signal: i32) -> bool {
    // SAFETY: zeros are a valid action; the call only writes the current one to it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &mut action) == 0
            && action.sa_sigaction == libc::SIG_IGN
    }
}

/// Makes a write beyond the greatest file size (`ulimit -f`) an error, not a signal.
pub fn report_file_size() {
    // SAFETY: ignoring a signal runs no code of this process.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
