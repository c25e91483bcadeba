//! SIGBUS: the signal for reading a mapped page that the file no longer has.
//!
//! The handler is installed with the first map. For addresses of guarded maps it puts a page of
//! zeros in place of the lost one and notes the offset. Every other SIGBUS goes to the handler that
//! was there before, and this one stays installed.
#![allow(unsafe_code)]

use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

/// Number of maps that can be guarded at once; further files are read as streams.
const SLOTS: usize = 512;

static TABLE: [Slot; SLOTS] = [const { Slot::free() }; SLOTS];

/// Length of a page; set once the handler is installed.
static PAGE: OnceLock<usize> = OnceLock::new();

/// The action for SIGBUS before this one: its handler and its flags.
static PREVIOUS: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);
static PREVIOUS_FLAGS: AtomicI32 = AtomicI32::new(0);

struct Slot {
    taken: AtomicBool,
    /// Address of the map; 0 if there is none.
    start: AtomicUsize,
    length: AtomicUsize,
    /// Offset of the first lost page; `usize::MAX` if there is none.
    lost: AtomicUsize,
}

impl Slot {
    const fn free() -> Slot {
        Slot {
            taken: AtomicBool::new(false),
            start: AtomicUsize::new(0),
            length: AtomicUsize::new(0),
            lost: AtomicUsize::new(usize::MAX),
        }
    }
}

/// A guarded map. To be dropped before the map.
pub struct Guard {
    slot: &'static Slot,
}

impl Guard {
    /// Guards a map. None if too many are guarded already.
    pub fn over(map: &[u8]) -> Option<Guard> {
        PAGE.get_or_init(|| {
            install();
            // SAFETY: only reads a constant of the system.
            usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
        });
        let slot = TABLE.iter().find(|slot| !slot.taken.swap(true, Ordering::AcqRel))?;
        slot.length.store(map.len(), Ordering::Relaxed);
        slot.lost.store(usize::MAX, Ordering::Relaxed);
        slot.start.store(map.as_ptr() as usize, Ordering::Release);
        Some(Guard { slot })
    }

    /// Offset of the first page that was lost when it was read.
    pub fn lost(&self) -> Option<usize> {
        Some(self.slot.lost.load(Ordering::Acquire)).filter(|lost| *lost != usize::MAX)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.slot.start.store(0, Ordering::Release);
        self.slot.taken.store(false, Ordering::Release);
    }
}

/// Installs the handler unless it is installed, and notes the action before it.
fn install() {
    // SAFETY: zeros are a valid action. The handler only reads and writes atomics, maps a page and
    // calls the previous handler, all of which may interrupt any other code.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        let ours = handler as *const () as usize;
        if libc::sigaction(libc::SIGBUS, ptr::null(), &mut action) != 0
            || action.sa_sigaction == ours
        {
            return;
        }
        PREVIOUS_FLAGS.store(action.sa_flags, Ordering::Relaxed);
        PREVIOUS.store(action.sa_sigaction, Ordering::Release);
        action.sa_sigaction = ours;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGBUS, &action, ptr::null_mut());
    }
}

extern "C" fn handler(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the system gives a valid pointer to a handler installed with SA_SIGINFO.
    let (address, code) = unsafe { ((*info).si_addr() as usize, (*info).si_code) };
    // Signals that a process sent have no address.
    let is_fault = code > 0;
    if !(is_fault && replaced(address)) {
        pass_on(signal, info, context, is_fault);
    }
}

/// Puts a page of zeros at `address`. False if it lies in no guarded map.
fn replaced(address: usize) -> bool {
    let page = PAGE.get().copied().unwrap_or(4096);
    for slot in &TABLE {
        let start = slot.start.load(Ordering::Acquire);
        let offset = address.wrapping_sub(start);
        if start == 0 || offset >= slot.length.load(Ordering::Relaxed) {
            continue;
        }
        let first = offset - offset % page;
        // SAFETY: the page lies in a guarded map, which is unmapped only after its slot is free.
        // The map is read-only and stays so.
        let zeros = unsafe {
            let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let place = (start + first) as *mut libc::c_void;
            libc::mmap(place, page, libc::PROT_READ, flags, -1, 0)
        };
        if zeros != libc::MAP_FAILED {
            slot.lost.fetch_min(first, Ordering::AcqRel);
            return true;
        }
    }
    false
}

/// Treats a signal as the previous action would have.
fn pass_on(
    signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
    is_fault: bool,
) {
    let previous = PREVIOUS.load(Ordering::Acquire);
    if previous == libc::SIG_IGN && !is_fault {
        return;
    }
    // SAFETY: `previous` is a handler that was installed with these flags, hence a function of this
    // type. The default action ends the process: a fault occurs again, and a raised signal is
    // delivered after the return.
    unsafe {
        if matches!(previous, libc::SIG_DFL | libc::SIG_IGN) {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        } else if PREVIOUS_FLAGS.load(Ordering::Relaxed) & libc::SA_SIGINFO != 0 {
            type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
            std::mem::transmute::<usize, Handler>(previous)(signal, info, context);
            install();
        } else {
            std::mem::transmute::<usize, extern "C" fn(libc::c_int)>(previous)(signal);
            install();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    static SEEN: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn counts(_: libc::c_int) {
        SEEN.fetch_add(1, Ordering::Relaxed);
    }

    /// Puts a page in place of the lost one, as ours does.
    extern "C" fn mends(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        SEEN.fetch_add(1, Ordering::Relaxed);
        unsafe {
            let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let page = (*info).si_addr() as usize & !0xFFFF;
            libc::mmap(page as *mut libc::c_void, 1 << 16, libc::PROT_READ, flags, -1, 0);
        }
    }

    fn action() -> usize {
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(libc::SIGBUS, ptr::null(), &mut action);
            action.sa_sigaction
        }
    }

    /// Makes it the action before ours.
    fn set_before(handler: usize, flags: libc::c_int) {
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            (action.sa_sigaction, action.sa_flags) = (handler, flags);
            libc::sigaction(libc::SIGBUS, &action, ptr::null_mut());
        }
        install();
        SEEN.store(0, Ordering::Relaxed);
    }

    /// The whole process has one handler: what concerns it is one test.
    #[test]
    fn a_signal_of_others_goes_to_the_handler_before_and_ours_stays() {
        install();
        let before = (PREVIOUS.load(Ordering::Acquire), PREVIOUS_FLAGS.load(Ordering::Relaxed));
        set_before(counts as *const () as usize, 0);
        for seen in 1..4 {
            unsafe { libc::raise(libc::SIGBUS) };
            assert_eq!(SEEN.load(Ordering::Relaxed), seen);
            assert_eq!(action(), handler as *const () as usize);
        }
        // A page that another map lost.
        set_before(mends as *const () as usize, libc::SA_SIGINFO);
        let file: File = tempfile::tempfile().expect("a temporary file");
        file.set_len(1 << 20).expect("room");
        let map = unsafe { memmap2::Mmap::map(&file) }.expect("a map");
        file.set_len(0).expect("a regular file");
        // Read anew each time.
        let read = |at: usize| unsafe { ptr::read_volatile(map.as_ptr().add(at)) };
        assert_eq!((read(1 << 17), read(1 << 18)), (0, 0));
        assert_eq!(SEEN.load(Ordering::Relaxed), 2);
        assert_eq!(action(), handler as *const () as usize);
        PREVIOUS_FLAGS.store(before.1, Ordering::Relaxed);
        PREVIOUS.store(before.0, Ordering::Release);
    }
}
