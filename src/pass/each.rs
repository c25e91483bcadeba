//! Each packet in file order, handed to a function: the library's [`crate::packets`].
//!
//! For a pool of one worker, where one part is made after the other.

use crate::dissect::packet::Packet;
use crate::engine::pass::{Part, Pass, Piece, Shift};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

/// The function, and the number of packets it was given. A part borrows it while it walks.
type Shared<F> = Arc<Mutex<Option<(F, u64)>>>;

/// Gives every packet and its number, from 1, to a function.
pub struct Each<F> {
    shared: Shared<F>,
}

/// Packets on their way to the function.
pub struct EachPart<F> {
    borrowed: Option<(F, u64)>,
    shared: Shared<F>,
}

impl<F: FnMut(u64, &Packet<'_>) + Send> Each<F> {
    /// Gives packets to `each`.
    pub fn new(each: F) -> Each<F> {
        Each { shared: Arc::new(Mutex::new(Some((each, 0)))) }
    }
}

impl<F: FnMut(u64, &Packet<'_>) + Send> Pass for Each<F> {
    type Part = EachPart<F>;
    type Error = Infallible;

    fn settings(&self) -> Shared<F> {
        self.shared.clone()
    }

    fn piece(&self) -> Piece {
        Piece::Long
    }

    fn take(&mut self, _: EachPart<F>, _: Shift) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<F: FnMut(u64, &Packet<'_>) + Send> Part for EachPart<F> {
    type Settings = Shared<F>;

    fn new(shared: &Shared<F>, _: u64) -> EachPart<F> {
        let borrowed = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
        EachPart { borrowed, shared: shared.clone() }
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some((each, packets)) = &mut self.borrowed {
            *packets += 1;
            each(*packets, packet);
        }
    }
}

impl<F> Drop for EachPart<F> {
    fn drop(&mut self) {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = self.borrowed.take();
    }
}
