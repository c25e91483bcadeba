//! Payloads of a TCP stream: the application of each, and the messages in it.

use super::super::super::application::Offers;
use super::super::super::application::names::MPTCP;
use super::super::super::application::naming::{Place, Within};
use super::super::super::handshake::Hellos;
use super::super::super::message::Message;
use super::super::super::message::hello::Carrier;
use super::super::super::message::http::Head;
use super::super::record::{ACK, Record, SYN};
use super::super::requests::{self, Kinds};
use super::super::rest::Unfinished;
use super::super::segment::Segment;
use super::super::streams::Noted;
use super::Stream;
use crate::dissect::application::Application;

impl Stream {
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
}
