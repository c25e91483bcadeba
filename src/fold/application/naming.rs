//! The application of one TCP stream: its own protocol, where PDUs end, and which names its packets
//! had.

mod rtmp;

use super::names::*;
use super::upgrade::Upgrade;
use super::{Offer, Offers, Shows, length};
use crate::dissect::application::Application;
use serde::{Deserialize, Serialize};

/// Payloads among which IMAP looks for encrypted bytes.
const EARLY: u8 = 2;

/// Ends of PDUs that are remembered for each direction.
const MOST_MARKS: usize = 256;

/// Application of a stream, as far as its packets have told.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Naming {
    /// The protocol that a heuristic, an announcement or a change to TLS gave to the stream.
    pub own: Option<Application>,
    /// The server's port, once a SYN told it; else 0.
    pub server_port: u16,
    /// True once HTTP was asked for something.
    requested: bool,
    /// Number of payloads that the stream's protocols took.
    payloads: u8,
    /// The side that asked to continue in TLS.
    asked: Option<bool>,
    /// Parts of a stream that few have.
    further: Option<Box<Further>>,
    /// The name of the first packet that has one, in this stream or an earlier one of the pair.
    pub first_of_pair: Option<Application>,
    /// The first name.
    first: Option<Application>,
    /// Number of packets that had it.
    firsts: u32,
}

/// Parts of a stream that few have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Further {
    /// PDUs that are longer than what was left of their segment, by direction and start.
    marks: [Vec<Mark>; 2],
    /// Names after the first one, in the order in which they came.
    names: Vec<(Application, u32)>,
}

/// A PDU that ends in a later segment: relative sequence numbers of the segment that it begins in,
/// and after its last byte.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Mark {
    start: u32,
    end: u32,
}

/// Place of a payload in its stream.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Direction: 0 or 1.
    pub side: usize,
    /// Relative sequence number of the first byte.
    pub sequence: u32,
    /// Relative sequence number after the last byte.
    pub next: u32,
    /// Port of the sender.
    pub source: u16,
    /// The lower port.
    pub lower: u16,
    /// The higher port.
    pub higher: u16,
}

/// Place of a payload among the PDUs before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// Outside of all of them.
    None,
    /// Inside one.
    Whole,
    /// One ends in it, after this number of bytes.
    Until(u32),
}

impl Naming {
    /// That of a new stream; `first_of_pair` is the first name of an earlier one.
    pub fn after(first_of_pair: Option<Application>) -> Naming {
        Naming { first_of_pair, ..Naming::default() }
    }

    /// Whether the payload continues a PDU.
    pub fn within(&self, place: Place) -> Within {
        let Some(further) = &self.further else { return Within::None };
        let marks = &further.marks[place.side & 1];
        let after = marks.partition_point(|mark| mark.start < place.sequence);
        let mark = after.checked_sub(1).and_then(|at| marks.get(at));
        match mark {
            Some(mark) if place.next <= mark.end => Within::Whole,
            Some(mark) if place.sequence < mark.end && place.next > mark.end => {
                Within::Until(mark.end - place.sequence)
            }
            _ => Within::None,
        }
    }

    /// Decides on the application of a payload. What is after the PDU that ends in it, and its
    /// length, are `payload`; needed where the protocol says how long its PDUs are.
    pub fn name(
        &mut self,
        offers: &Offers,
        place: Place,
        payload: Option<(&[u8], u32)>,
    ) -> Option<Application> {
        let before = self.own;
        let offer = self.own_offer(offers).or_else(|| self.port_offer(offers, place));
        let offer = match offer {
            Some(offer) => offer,
            None => {
                let (offer, stays) = offers.guess?;
                if stays {
                    self.own = Some(offer.application);
                }
                offer
            }
        };
        if offer.application == COTP {
            // The first packet of RDP gives the stream to the protocol below.
            self.own = Some(TPKT);
        }
        if offer.application == HTTP {
            self.requested |= offers.http.is_some_and(|(_, request)| request);
        }
        let is_early = self.payloads < EARLY;
        self.payloads = self.payloads.saturating_add(1);
        // The answer to PostgreSQL's request for TLS is one letter, which is not shown.
        let is_letter =
            offer.application == PGSQL && self.asked.is_some_and(|side| side != (place.side == 1));
        match offers.upgrade.filter(|_| self.own != Some(TLS)) {
            Some(Upgrade::Asks) => self.asked = Some(place.side == 1),
            Some(Upgrade::Agrees) if self.asked.is_some_and(|side| side != (place.side == 1)) => {
                self.own = Some(TLS);
            }
            Some(Upgrade::Begins) => self.own = Some(TLS),
            Some(Upgrade::BeginsEarly) if is_early => self.own = Some(TLS),
            _ => {}
        }
        if let Some((payload, length)) = payload {
            let missing = length::missing(offer.application, payload, length);
            if missing > 0 {
                self.mark(place, missing);
            }
        }
        if is_letter {
            self.asked = None;
            return None;
        }
        let shown = match offer.shows {
            Shows::Always => true,
            Shows::AfterRequest => self.requested,
            Shows::Early => is_early,
            Shows::Later => before == Some(offer.application),
            Shows::Never => false,
        };
        let in_part = offer.application == RTMPT && self.is_part_of_handshake(place);
        let application = Some(offer.application).filter(|_| shown && !in_part)?;
        self.count(application);
        Some(application)
    }

    /// The offer of the stream's own protocol.
    fn own_offer(&self, offers: &Offers) -> Option<Offer> {
        let application = self.own?;
        let all = [offers.lower, offers.higher, offers.guess.map(|(offer, _)| offer)];
        let made = all.into_iter().flatten().find(|offer| offer.application == application);
        if made.is_some() {
            return made;
        }
        let shows = match application {
            HTTP => offers.http?.0,
            TLS if offers.is_text => return None,
            _ => Shows::Always,
        };
        Some(Offer { application, shows })
    }

    fn port_offer(&self, offers: &Offers, place: Place) -> Option<Offer> {
        let server = match self.server_port {
            0 => None,
            port if port == place.lower => offers.lower,
            port if port == place.higher => offers.higher,
            _ => None,
        };
        server.or(offers.lower).or(offers.higher)
    }

    fn mark(&mut self, place: Place, missing: u32) {
        let marks = &mut self.further.get_or_insert_default().marks[place.side & 1];
        let mark = Mark { start: place.sequence, end: place.next.wrapping_add(missing) };
        match marks.binary_search_by_key(&mark.start, |known| known.start) {
            Ok(at) => marks[at] = mark,
            Err(at) => marks.insert(at, mark),
        }
        if marks.len() > MOST_MARKS {
            marks.drain(..MOST_MARKS / 2);
        }
    }

    fn count(&mut self, application: Application) {
        match &self.first {
            None => (self.first, self.firsts) = (Some(application), 1),
            Some(first) if *first == application => self.firsts += 1,
            _ => {
                let others = &mut self.further.get_or_insert_default().names;
                match others.iter_mut().find(|(other, _)| *other == application) {
                    Some((_, count)) => *count += 1,
                    None => others.push((application, 1)),
                }
            }
        }
    }

    /// The name of the first packet that has one.
    pub fn first(&self) -> Option<Application> {
        self.first
    }

    /// The name that most packets have, the first of those that as many have.
    pub fn usual(&self) -> Option<Application> {
        let first = self.first.map(|first| (first, self.firsts));
        let others = self.further.iter().flat_map(|one| one.names.iter().copied());
        let all = first.into_iter().chain(others).rev();
        all.max_by_key(|(_, count)| *count).map(|(application, _)| application)
    }

    /// Heap memory held, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.further.as_ref().map_or(0, |further| {
            size_of::<Further>()
                + further.marks.iter().map(Vec::capacity).sum::<usize>() * size_of::<Mark>()
                + further.names.capacity() * size_of::<(Application, u32)>()
        })
    }
}

#[cfg(test)]
mod tests;
