//! The handshake of RTMP, whose parts have no length of their own.

use super::{Naming, Place};

impl Naming {
    /// True if a segment of RTMP ends within a part of the handshake: C0 and C1, C2; S0 to S2.
    pub(super) fn is_part_of_handshake(&self, place: Place) -> bool {
        const FIRST: u32 = 1 + 1537;
        const BOTH: u32 = FIRST + 1536;
        if self.server_port == 0 || place.sequence >= BOTH {
            return false;
        }
        let from_client = self.server_port != place.source;
        let ends = |end: u32| place.sequence < end && place.next >= end;
        !(from_client && ends(FIRST) || ends(BOTH))
    }
}
