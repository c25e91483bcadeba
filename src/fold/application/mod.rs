//! Applications: which protocol a packet's payload belongs to, as Wireshark 4.0 names it with its
//! default preferences and without reassembly.
//!
//! A payload is offered to the protocol of its stream, then to those of its ports, then to the
//! heuristics; each may refuse it. The offers depend on the payload alone, so workers make them
//! ([`Offers`]) while they dissect, and a fold decides between them with the state of the stream
//! ([`naming`]). Some protocols take a payload and show nothing: then the path has no application.
//!
//! Left out: that Wireshark tries a heuristic earlier once it has matched anywhere in the capture.

pub mod admit;
pub mod announce;
pub mod datagrams;
pub mod guess;
pub mod http;
pub mod length;
pub mod named;
pub mod names;
pub mod naming;
pub mod ports;
pub mod stun;
pub mod text;
pub mod upgrade;

use crate::dissect::application::Application;
use crate::dissect::decode_as::Field;
use crate::dissect::packet::OfPorts;
use admit::Datagram;
use guess::Guess;
use names::{HL7, LSD, SIP};
use serde::{Deserialize, Serialize};
use upgrade::Upgrade;

/// Part of a payload that a protocol shows after it accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shows {
    /// Its layer.
    Always,
    /// Its layer, if the stream had a request.
    AfterRequest,
    /// Its layer, if the payload is one of the first of the stream.
    Early,
    /// Its layer, if the stream was the protocol's before.
    Later,
    /// Nothing.
    Never,
}

/// A protocol that takes a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The protocol.
    pub application: Application,
    /// The part that it shows.
    pub shows: Shows,
}

/// Form of a UDP payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// No other.
    #[default]
    Other,
    /// Data of a STUN channel.
    ChannelData,
    /// A STUN message that binds a channel.
    ChannelBind,
    /// A dictionary in bencoding.
    Dictionary,
    /// A message of HART-IP, and true if it is one of those that begin a session.
    HartIp(bool),
}

impl Form {
    fn of(payload: &[u8], length: usize) -> Form {
        match payload {
            [0, 9, ..] | [1, 9, ..] if stun::is_stun(payload, length) => Form::ChannelBind,
            [b'd', b'0'..=b'9', ..] => Form::Dictionary,
            _ if stun::is_channel_data(payload) => Form::ChannelData,
            [1, kind @ (0..=3 | 15), id @ 0..=3, ..] if length >= 8 => {
                Form::HartIp(*kind < 3 && *id == 0)
            }
            _ => Form::Other,
        }
    }
}

/// Offers for a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Offers {
    /// That of the lower port.
    pub lower: Option<Offer>,
    /// That of the higher port.
    pub higher: Option<Offer>,
    /// That of a heuristic, and whether the protocol then stays with the stream. Not looked for
    /// if a port has an offer.
    pub guess: Option<(Offer, bool)>,
    /// The part that HTTP shows, and true if the payload is a request.
    pub http: Option<(Shows, bool)>,
    /// True if TLS refuses the payload.
    pub is_text: bool,
    /// Part of an agreement to continue in TLS.
    pub upgrade: Option<Upgrade>,
    /// Forms that only a conversation's own protocol looks for.
    pub form: Form,
}

impl Offers {
    /// Offers for a TCP payload, as far as it was captured. The user assigned applications to its
    /// ports.
    pub fn over_tcp(payload: &[u8], source: u16, destination: u16, assigned: OfPorts) -> Offers {
        let offer = |application: Application, _| {
            let shows = admit::over_tcp(application, payload)?;
            Some(Offer { application, shows })
        };
        let known = |port: u16| ports::TCP.get(port.into()).filter(|_| port != 0);
        let [lower, higher] = by_ports(source, destination, assigned, known, offer);
        let guess = match (lower, higher) {
            (None, None) => {
                guess::over_tcp(payload, source, destination).map(|(application, stays)| {
                    let shows = admit::over_tcp(application, payload).unwrap_or(Shows::Always);
                    let shows = match application {
                        // The message that tells HL7 shows nothing.
                        HL7 if shows == Shows::Always => Shows::Later,
                        SIP => Shows::Always,
                        _ => shows,
                    };
                    (Offer { application, shows }, stays)
                })
            }
            _ => None,
        };
        let http = Some(http::read(payload));
        let ports = [lower, higher].into_iter().flatten();
        let upgrade = ports.filter_map(|offer| upgrade::of(offer.application, payload)).next();
        Offers {
            lower,
            higher,
            guess,
            http,
            is_text: admit::is_text(payload),
            upgrade,
            ..Offers::default()
        }
    }

    /// Offers for a UDP payload. The user assigned applications to its ports.
    pub fn over_udp(datagram: &Datagram<'_>, assigned: OfPorts) -> Offers {
        let &Datagram { payload, length, source, destination, to } = datagram;
        let offer = |application: Application, port: u16| {
            let (application, shows) = admit::over_udp(application, port, datagram)?;
            Some(Offer { application, shows })
        };
        let known = |port: u16| ports::UDP.get(port.into()).filter(|_| port != 0);
        let [lower, higher] = by_ports(source, destination, assigned, known, offer);
        let guess = match (lower, higher) {
            (None, None) => {
                let guess = guess::over_udp(payload, length, source, destination);
                let guess = guess
                    .or_else(|| guess::is_local_search(to, destination).then_some((LSD, false)));
                guess.map(|(application, stays): Guess| {
                    (Offer { application, shows: Shows::Always }, stays)
                })
            }
            _ => None,
        };
        Offers { lower, higher, guess, form: Form::of(payload, length), ..Offers::default() }
    }

    /// The offer of the payload protocol identifier of SCTP's first DATA chunk, else of the ports.
    pub fn over_sctp(segment: &[u8], source: u16, destination: u16) -> Offers {
        let identifier = sctp_payload(segment);
        let application = identifier.and_then(|identifier| {
            let by_port = |port: u16| ports::SCTP.get(port.into()).filter(|_| port != 0);
            ports::SCTP_PAYLOADS
                .get(identifier)
                .filter(|_| identifier != 0)
                .or_else(|| by_port(source.min(destination)))
                .or_else(|| by_port(source.max(destination)))
        });
        let offer = |application| Offer { application, shows: Shows::Always };
        Offers { lower: application.map(offer), ..Offers::default() }
    }
}

/// Offers of the lower and the higher port. Those that the user assigned come before those that are
/// known, as in Wireshark, and replace those of their ports.
fn by_ports(
    source: u16,
    destination: u16,
    assigned: OfPorts,
    known: impl Fn(u16) -> Option<Application>,
    offer: impl Fn(Application, u16) -> Option<Offer>,
) -> [Option<Offer>; 2] {
    let [lower, higher] = assigned;
    let (lower_port, higher_port) = (source.min(destination), source.max(destination));
    let of = |application: Option<Application>, port| offer(application?, port);
    let offers = [of(lower, lower_port), of(higher, higher_port)];
    if offers.iter().any(Option::is_some) {
        return offers;
    }
    let other = |taken: Option<Application>, port: u16| match taken {
        None => of(known(port), port),
        Some(_) => None,
    };
    [other(lower, lower_port), other(higher, higher_port)]
}

/// True if the user can assign the application to ports of a field: its ports have it, or nothing
/// but its form tells it there.
pub fn can_be_assigned(field: Field, application: Application) -> bool {
    const WITHOUT_PORT: [Application; 2] = [names::QUIC, names::RTP];
    match field {
        Field::TcpPort => ports::TCP.have(application),
        Field::UdpPort => ports::UDP.have(application) || WITHOUT_PORT.contains(&application),
        Field::EtherType | Field::IpProtocol => false,
    }
}

/// The payload protocol identifier of the first DATA or I-DATA chunk (RFC 9260, RFC 8260).
fn sctp_payload(segment: &[u8]) -> Option<u32> {
    let mut rest = segment.get(12..)?;
    loop {
        let &[kind, flags, high, low] = rest.first_chunk()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let word = |at: usize| Some(u32::from_be_bytes(*rest.get(at..)?.first_chunk()?));
        match kind {
            // A message in several chunks is read with its last one.
            0 if length > 16 && flags & 1 != 0 => return word(12),
            // Only the first fragment has the identifier.
            64 if length > 20 && flags & 3 == 3 => return word(16),
            _ => rest = rest.get(length.max(4).next_multiple_of(4)..)?,
        }
    }
}

#[cfg(test)]
mod tests;
