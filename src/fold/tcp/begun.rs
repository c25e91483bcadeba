//! Payloads that may be the rest of a ClientHello, which a worker tells without the stream's state.
//!
//! The rest of a hello that is longer than its segment is looked for in the next [`SEGMENTS`]
//! segments of its sender, among the next [`PACKETS`] packets of the capture. A part keeps the
//! payloads that can be one: the first of each sender in its first packets, for hellos that began
//! in the part before, and those after a hello of its own. So no cut changes the result.

use super::super::message::Message;
use super::super::pair::Pair;
use super::record::Record;
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Packets after a hello among which its rest is looked for.
pub const PACKETS: u64 = 128;

/// Segments of the sender that are looked at.
pub const SEGMENTS: u8 = 8;

/// Hellos that began in a part, and the senders of its first packets.
#[derive(Debug, Default)]
pub struct Begun {
    /// Segments of each sender since its newest hello, or since the beginning of the part.
    senders: HashMap<(Pair, bool), Since, RandomState>,
    /// Number of the last packet that hellos of the part wait for.
    until: u64,
}

#[derive(Clone, Copy, Debug)]
struct Since {
    packet: u64,
    segments: u8,
}

impl Begun {
    /// Whether the payload of a segment may be the rest of a hello. Notes a hello that needs one,
    /// and takes its bytes away where none can follow: in a truncated segment.
    pub fn wants(
        &mut self,
        header: &Record,
        payload: &[u8],
        message: Option<&mut Message>,
    ) -> bool {
        let begins = match message {
            Some(Message::Tls(records)) if records.unfinished.is_some() => {
                if header.payload_bytes.map(|bytes| bytes as usize) != Some(payload.len()) {
                    records.unfinished = None;
                }
                records.unfinished.is_some()
            }
            _ => false,
        };
        // Numbers of a part begin with 1.
        let is_early = header.packet <= PACKETS;
        if !(begins || is_early || header.packet <= self.until) {
            return false;
        }
        let sender = (header.pair, header.from_low);
        if begins {
            let since = Since { packet: header.packet, segments: 0 };
            let before = self.senders.insert(sender, since);
            self.until = header.packet + PACKETS;
            // It may be the rest of another one as well.
            return before.map_or(is_early, |before| before.may_have(header.packet));
        }
        let new = Since { packet: 0, segments: 0 };
        let since = match self.senders.get_mut(&sender) {
            Some(since) => since,
            None if is_early => self.senders.entry(sender).or_insert(new),
            None => return false,
        };
        let may = since.may_have(header.packet);
        since.segments = since.segments.saturating_add(1);
        may
    }
}

impl Since {
    fn may_have(self, packet: u64) -> bool {
        self.segments < SEGMENTS && packet <= self.packet + PACKETS
    }
}
