//! A TCP stream: its two sides, its applications, and the messages that it carries.

use super::super::application::Offers;
use super::super::application::names::MPTCP;
use super::super::application::naming::{Naming, Place, Within};
use super::super::handshake::Hellos;
use super::super::message::Message;
use super::super::message::hello::Carrier;
use super::super::message::http::Head;
use super::super::pair::{Kept, Pair};
use super::analysis::Sides;
use super::number::Number;
use super::record::{ACK, Record, SYN};
use super::requests::{self, Kinds, Pending};
use super::rest::Unfinished;
use super::segment::Segment;
use super::socks::Handshake;
use super::streams::Noted;
use crate::dissect::application::Application;
use serde::{Deserialize, Serialize};

/// Marks of a stream: the time of its handshake is known;
pub(super) const HAS_INITIAL_RTT: u8 = 1;
/// it is the rest of another stream.
pub(super) const RESTARTED: u8 = 1 << 1;

/// A TCP stream. A million take as many times its size, which a test limits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stream {
    pair: Kept,
    number: Number,
    /// Bits of what was seen of the connection, as Wireshark's `tcp.completeness`.
    pub completeness: u8,
    marks: u8,
    /// Time of the newest SYN, and then from it to the first acknowledgment; 0 if unknown.
    pub(super) handshake: i64,
    pub(super) rare: Option<Box<Rare>>,
    /// Applications of its packets.
    pub naming: Naming,
    /// Both directions: of the low and of the high endpoint.
    pub sides: Sides,
}

/// Parts of a stream that few have.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rare {
    /// TLS handshakes.
    pub hellos: Option<Box<Hellos>>,
    /// HTTP request without a response yet.
    pub pending: Option<Box<Pending>>,
    /// First name of the server, in a hello or a request.
    pub server_name: Option<Box<str>>,
    #[serde(skip)]
    pub(super) socks: Option<Box<Handshake>>,
    /// A ClientHello that waits for its rest.
    #[serde(skip)]
    unfinished: Option<Box<Unfinished>>,
}

impl Stream {
    /// The stream that a record opens; `first_of_pair` is the first name of an earlier one.
    pub fn opened(record: &Record, first_of_pair: Option<Application>) -> Stream {
        Stream {
            pair: Kept::from(&record.pair),
            number: Number::default(),
            completeness: 0,
            marks: 0,
            handshake: 0,
            rare: None,
            naming: Naming::after(first_of_pair),
            sides: Sides::default(),
        }
    }

    /// The endpoints.
    pub fn pair(&self) -> Pair {
        self.pair.get()
    }

    /// True if it is between these endpoints.
    #[inline]
    pub fn is_of(&self, pair: &Pair) -> bool {
        self.pair.is(pair)
    }

    /// True if it has a mark.
    pub(super) fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// Sets a mark.
    pub(super) fn mark(&mut self, mark: u8) {
        self.marks |= mark;
    }

    /// Its number: that of Wireshark's `tcp.stream`, once its batch is settled.
    pub fn number(&self) -> u64 {
        self.number.get()
    }

    /// Gives it its number.
    pub fn set_number(&mut self, number: u64) {
        self.number = number.into();
    }

    /// Reads the payload of a segment: its application, which is given, and its messages.
    pub fn read(
        &mut self,
        record: &Record,
        segment: &Segment,
        noted: &Noted,
        kinds: &mut Kinds,
    ) -> Option<Application> {
        let more = noted.more.as_deref();
        let payload =
            noted.offers.as_ref().and_then(|offers| self.name(record, segment, offers, noted));
        // Wireshark takes the option for a layer before the application.
        let is_multipath = noted.is_innermost && record.options.multipath;
        let application = if is_multipath { Some(MPTCP) } else { payload };
        self.naming.first_of_pair = self.naming.first_of_pair.or(application);
        self.note_server(record);
        if self.rare.as_ref().is_some_and(|rare| rare.unfinished.is_some()) {
            self.finish(record, more.and_then(|more| more.rest.as_deref()));
        }
        let is_of = |message: &&Message| noted.offers.is_none() || message.is_of(payload);
        let message = more.and_then(|more| more.message.as_ref()).filter(is_of);
        if let Some(message) = message.filter(|_| segment.findings.is_read(record)) {
            self.note(record, message, kinds);
        }
        application
    }

    /// Decides on the application of a payload. None as well where Wireshark does not read it.
    fn name(
        &mut self,
        record: &Record,
        segment: &Segment,
        offers: &Offers,
        noted: &Noted,
    ) -> Option<Application> {
        if !segment.findings.is_read(record) {
            return None;
        }
        let ((_, source), (_, destination)) = record.pair.ends(record.from_low);
        let length = record.payload_bytes.unwrap_or(0);
        let sequence = segment.sequence.wrapping_add(u32::from(record.has(SYN)));
        let place = Place {
            side: usize::from(!record.from_low),
            sequence,
            next: sequence.wrapping_add(length),
            source,
            lower: source.min(destination),
            higher: source.max(destination),
        };
        // PDUs are not followed into fragments, whose length is not known.
        let within = match record.payload_bytes {
            Some(_) => self.naming.within(place),
            None => Within::None,
        };
        let payload = noted.more.as_ref().and_then(|more| more.payload.as_deref());
        match within {
            Within::Whole => None,
            Within::None => {
                let payload = payload.map(|payload| (payload, length));
                self.naming.name(offers, place, payload)
            }
            Within::Until(bytes) => {
                let rest = payload.and_then(|payload| payload.get(bytes as usize..));
                let rest = rest.filter(|rest| !rest.is_empty());
                let assigned = noted.more.as_ref().map(|more| more.assigned).unwrap_or_default();
                let offers_of = |rest| Offers::over_tcp(rest, source, destination, assigned);
                let of_rest = rest.map(offers_of);
                let rest = rest.map(|rest| (rest, length.saturating_sub(bytes)));
                self.naming.name(of_rest.as_ref().unwrap_or(offers), place, rest)
            }
        }
    }

    /// Notes the server's port, which SYN and SYN with ACK tell.
    fn note_server(&mut self, record: &Record) {
        if record.has(SYN) {
            let server_is_low = record.from_low == record.has(ACK);
            let server = if server_is_low { record.pair.low } else { record.pair.high };
            self.naming.server_port = server.1;
        }
    }

    /// Notes the message that a segment begins with.
    fn note(&mut self, record: &Record, message: &Message, kinds: &mut Kinds) {
        let (packet, seen) = (record.packet, record.seen());
        let rare = self.rare.get_or_insert_default();
        let name = match message {
            Message::Tls(records) => {
                let over = || Box::new(Hellos::over(Carrier::Tcp));
                let hellos = rare.hellos.get_or_insert_with(over);
                let is_noted = records.client.is_some();
                if let Some(begun) = records.unfinished.as_deref() {
                    let waits = Unfinished::new(record, begun, is_noted);
                    rare.unfinished = Some(Box::new(waits));
                } else if is_noted {
                    rare.unfinished = None;
                }
                records.client.iter().for_each(|client| hellos.client(seen, client.clone()));
                records.server.iter().for_each(|server| hellos.server(seen, server));
                if records.alert {
                    hellos.alert();
                }
                hellos.server_name()
            }
            Message::Http(heads) => {
                let mut host = None;
                for head in heads {
                    match head {
                        Head::Request(request) => {
                            requests::ask(&mut rare.pending, kinds, record, packet, request);
                            host = host.or(request.host.as_deref());
                        }
                        Head::Response(status) => {
                            requests::respond(&mut rare.pending, kinds, record, packet, *status);
                        }
                    }
                }
                host
            }
        };
        if let Some(name) = name.filter(|_| rare.server_name.is_none()) {
            rare.server_name = Some(name.into());
        }
    }

    /// Adds a later segment to the ClientHello that waits for its rest; `payload` is None if it
    /// was not kept.
    fn finish(&mut self, record: &Record, payload: Option<&[u8]>) {
        let Some(rare) = &mut self.rare else { return };
        let Some(unfinished) = &mut rare.unfinished else { return };
        let is_noted = unfinished.is_noted;
        let (hello, ends) = unfinished.add(record, payload);
        if ends {
            rare.unfinished = None;
        }
        let Some((hello, hellos)) = hello.zip(rare.hellos.as_mut()) else { return };
        if rare.server_name.is_none() {
            rare.server_name = hello.server_name.clone();
        }
        if is_noted {
            hellos.complete(hello);
        } else {
            hellos.client(record.seen(), hello);
        }
    }

    /// Time from SYN to the first acknowledgment in nanoseconds; 0 if unknown.
    pub fn initial_rtt(&self) -> i64 {
        if self.is(HAS_INITIAL_RTT) { self.handshake } else { 0 }
    }

    /// TLS handshakes.
    pub fn hellos(&self) -> Option<&Hellos> {
        self.rare.as_ref()?.hellos.as_deref()
    }

    /// HTTP request without a response yet.
    pub fn pending(&self) -> Option<&Pending> {
        self.rare.as_ref()?.pending.as_deref()
    }

    /// First name of the server, in a hello or a request.
    pub fn server_name(&self) -> Option<&str> {
        self.rare.as_ref()?.server_name.as_deref()
    }

    /// Heap memory held, in bytes.
    pub fn held_bytes(&self) -> u64 {
        let rare = self.rare.as_ref().map_or(0, |rare| rare.held_bytes());
        (self.pair.heap_bytes() + self.naming.heap_bytes()) as u64 + rare
    }
}

impl Rare {
    fn held_bytes(&self) -> u64 {
        let name = self.server_name.as_ref().map_or(0, |name| name.len());
        let hellos = self.hellos.as_ref().map_or(0, |hellos| hellos.heap_bytes());
        let socks = self.socks.as_ref().map_or(0, |_| size_of::<Handshake>());
        let unfinished = self.unfinished.as_ref().map_or(0, |one| one.heap_bytes());
        (size_of::<Rare>() + name + socks) as u64 + hellos + unfinished
    }
}
