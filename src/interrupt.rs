//! Signals that stop the program, and standard input, which the first Ctrl-C only ends.
//!
//! Signals that were ignored when the process began (nohup, background jobs) stay ignored. On
//! Windows every Ctrl-C stops the program.

#[cfg(unix)]
pub use unix::{Stdin, on_stop};

/// Calls `stop`, which must not return, on Ctrl-C.
#[cfg(not(unix))]
pub fn on_stop(stop: fn()) {
    // Without a handler the system stops the program.
    let _ = ctrlc::set_handler(stop);
}

/// Standard input.
#[cfg(not(unix))]
#[derive(Debug, Default)]
pub struct Stdin {
    /// That of other systems; here each call waits for bytes.
    pub patience: Option<std::time::Duration>,
}

#[cfg(not(unix))]
impl std::io::Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        std::io::stdin().read(buffer)
    }
}

#[cfg(unix)]
mod unix {
    use crate::source::process;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::pipe::pipe;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use std::io::{self, Read};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    /// Standard input is being read.
    static READING: AtomicBool = AtomicBool::new(false);

    /// Standard input is to end.
    static ENDED: AtomicBool = AtomicBool::new(false);

    /// Time of the first SIGINT.
    static ENDED_AT: OnceLock<Instant> = OnceLock::new();

    /// Time in which the writer's last bytes are read: the same Ctrl-C ends it, and it flushes its buffer
    /// first. Without these bytes the last record would be cut short.
    const LAST_BYTES: Duration = Duration::from_secs(1);

    /// A pipe that becomes readable then.
    static END: OnceLock<(OwnedFd, OwnedFd)> = OnceLock::new();

    /// Calls `stop`, which must not return, on SIGINT, SIGTERM and SIGHUP. The first SIGINT while
    /// standard input is read ends that instead.
    pub fn on_stop(stop: fn()) {
        let signals = [SIGINT, SIGTERM, SIGHUP];
        let signals = signals.into_iter().filter(|signal| !process::ignores(*signal));
        // Without a handler the system stops the program; files without a name are gone then.
        let Ok(mut signals) = Signals::new(signals) else { return };
        let wait = move || {
            for signal in signals.forever() {
                let reading = READING.load(Ordering::Acquire);
                if signal == SIGINT && reading {
                    ENDED_AT.get_or_init(Instant::now);
                }
                if signal == SIGINT && reading && !ENDED.swap(true, Ordering::AcqRel) {
                    if let Some((_, end)) = END.get() {
                        // An empty pipe has room.
                        let _ = rustix::io::write(end, &[0]);
                    }
                    continue;
                }
                stop();
            }
        };
        let _ = thread::Builder::new().name("signals".into()).spawn(wait);
    }

    /// Standard input, up to its end, or up to a second after the first SIGINT.
    #[derive(Debug, Default)]
    pub struct Stdin {
        /// Time without bytes after which a call ends with `WouldBlock`.
        pub patience: Option<Duration>,
    }

    impl Read for Stdin {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if END.get().is_none() {
                let _ = END.set(pipe()?);
            }
            READING.store(true, Ordering::Release);
            let read = self.wait_and_read(buffer);
            if matches!(read, Ok(0)) && !buffer.is_empty() {
                READING.store(false, Ordering::Release);
            }
            read
        }
    }

    impl Stdin {
        fn wait_and_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
            let stdin = rustix::stdio::stdin();
            let end = END.get().map(|(end, _)| PollFd::new(end, PollFlags::IN));
            let mut waiting: Vec<_> =
                end.into_iter().chain([PollFd::new(&stdin, PollFlags::IN)]).collect();
            let patience = self.patience.and_then(|patience| Timespec::try_from(patience).ok());
            while !ENDED.load(Ordering::Acquire) {
                match poll(&mut waiting, patience.as_ref()) {
                    Ok(0) => return Err(io::ErrorKind::WouldBlock.into()),
                    Ok(_) if ENDED.load(Ordering::Acquire) => break,
                    Ok(_) => return Ok(rustix::io::read(stdin, buffer)?),
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Stdin::read_rest(buffer)
        }

        /// Reads what the writer still gives after the first SIGINT.
        fn read_rest(buffer: &mut [u8]) -> io::Result<usize> {
            let stdin = rustix::stdio::stdin();
            let mut waiting = [PollFd::new(&stdin, PollFlags::IN)];
            loop {
                let since = ENDED_AT.get().map_or(LAST_BYTES, Instant::elapsed);
                let left = Timespec::try_from(LAST_BYTES.saturating_sub(since)).unwrap_or_default();
                match poll(&mut waiting, Some(&left)) {
                    Ok(0) => return Ok(0),
                    Ok(_) if since >= LAST_BYTES => return Ok(0),
                    Ok(_) => return Ok(rustix::io::read(stdin, buffer)?),
                    Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}
