//! Signs in a payload that Wireshark takes as the announcement of another stream.
//!
//! FTP announces data connections (RFC 959 `PORT` and `PASV`, RFC 2428 `EPSV`), and a VNC server's
//! version begins a stream of its own. H.323 (ITU-T H.225.0) announces the connection of H.245: an
//! address of the sender and a port. Its encoding is not read: the address is looked for.

use super::super::pair::Endpoint;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Announcement in a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sign {
    /// Nothing.
    #[default]
    None,
    /// The sender listens on this port for the receiver.
    Listens(u16),
    /// The sender listens on this port for the receiver's H.245.
    Controls(u16),
    /// The receiver connects from this port to the sender.
    Calls(u16),
    /// The rest of the connection is a stream of its own.
    Restarts,
}

/// Port of FTP's control connections.
pub const FTP: u16 = 21;
/// Port from which an FTP server connects.
const FTP_DATA: u16 = 20;
/// Port of H.225.0's call signalling.
const CALLS: u16 = 1720;
/// Ports that Wireshark gives to VNC without looking at the version.
const VNC: [u16; 4] = [5500, 5501, 5900, 5901];

impl Sign {
    /// The sign of a payload from an endpoint to a port.
    #[inline]
    pub fn of(payload: &[u8], (address, source): Endpoint, destination: u16) -> Sign {
        match payload.first() {
            Some(b'R') if !VNC.contains(&source) && !VNC.contains(&destination) => version(payload),
            Some(b'2') if source == FTP => listens(payload).map_or(Sign::None, Sign::Listens),
            Some(3) if source == CALLS || destination == CALLS => {
                controls(payload, address, [source, destination]).map_or(Sign::None, Sign::Controls)
            }
            Some(b'P' | b'p') if destination == FTP => calls(payload),
            _ => Sign::None,
        }
    }
}

/// A version of the remote framebuffer protocol (RFC 6143 section 7.1.1).
fn version(payload: &[u8]) -> Sign {
    match payload {
        [b'R', b'F', b'B', b' ', _, _, _, b'.', _, _, _, b'\n'] => Sign::Restarts,
        _ => Sign::None,
    }
}

/// The port after the sender's address in a message of Q.931 (ITU-T) over TPKT (RFC 1006). Ports
/// of the connection itself are those of call signalling.
fn controls(payload: &[u8], address: IpAddr, own: [u16; 2]) -> Option<u16> {
    let [3, 0, _, _, 8, ..] = payload else { return None };
    let IpAddr::V4(address) = address else { return None };
    let address = address.octets();
    let ports = memchr::memmem::find_iter(payload, &address).filter_map(|at| {
        let port = payload.get(at + 4..)?.first_chunk()?;
        Some(u16::from_be_bytes(*port))
    });
    ports.filter(|port| *port >= 1024 && !own.contains(port)).last()
}

/// The port in the reply to `PASV` (227) or `EPSV` (229).
fn listens(payload: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(payload.split(|byte| *byte == b'\r').next()?).ok()?;
    if let Some(text) = line.strip_prefix("227") {
        return numbers(text);
    }
    let text = line.strip_prefix("229")?;
    let (_, text) = text.split_once('(')?;
    let delimiter = text.chars().next().filter(char::is_ascii_punctuation)?;
    let mut parts = text.splitn(5, delimiter);
    let empty = parts.by_ref().take(3).all(str::is_empty);
    parts.next().filter(|_| empty)?.parse().ok()
}

fn calls(payload: &[u8]) -> Sign {
    let command = payload.get(..5).unwrap_or_default();
    let text = payload.get(5..).and_then(|text| text.split(|byte| *byte == b'\r').next());
    let port = text.and_then(|text| numbers(std::str::from_utf8(text).ok()?));
    match port {
        Some(_) if command.eq_ignore_ascii_case(b"PORT ") => Sign::Calls(FTP_DATA),
        _ => Sign::None,
    }
}

/// The port in the first six numbers that commas separate: an address and two bytes.
fn numbers(text: &str) -> Option<u16> {
    let mut rest = text;
    loop {
        rest = rest.get(rest.find(|c: char| c.is_ascii_digit())?..)?;
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        let mut parts = run.split(',').map(|part| part.parse::<u32>().ok());
        let six: [Option<u32>; 6] = std::array::from_fn(|_| parts.next().flatten());
        if let [Some(_), Some(_), Some(_), Some(_), Some(high), Some(low)] = six {
            return Some(((high & 0xFF) << 8 | (low & 0xFF)) as u16);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ftp_announces_its_data_connections() {
        let of = |text: &str, source, destination| {
            Sign::of(text.as_bytes(), ([10, 0, 0, 1].into(), source), destination)
        };
        let reply = |text: &str| of(text, 21, 4000);
        assert_eq!(reply("227 Entering Passive Mode (10,0,0,1,4,51).\r\n"), Sign::Listens(1075));
        assert_eq!(reply("227 listen 7 to 127,0,0,1,4,51\r\n"), Sign::Listens(1075));
        assert_eq!(reply("229 Extended Passive Mode (|||6446|)\r\n"), Sign::Listens(6446));
        assert_eq!(reply("229 no port\r\n"), Sign::None);
        assert_eq!(reply("220 ready 10,0,0,1,4,51\r\n"), Sign::None);
        assert_eq!(of("PORT 10,0,0,1,4,51\r\n", 4000, 21), Sign::Calls(20));
        assert_eq!(of("PORT 10,0,0,1\r\n", 4000, 21), Sign::None);
        assert_eq!(of("PASS 1,2,3,4,5,6\r\n", 4000, 21), Sign::None);
    }

    #[test]
    fn a_version_of_vnc_restarts_the_stream_unless_the_port_tells() {
        let of = |text: &[u8], port| Sign::of(text, ([10, 0, 0, 1].into(), port), 4000);
        assert_eq!(of(b"RFB 003.008\n", 6001), Sign::Restarts);
        assert_eq!(of(b"RFB 003.008\n", 5900), Sign::None);
        assert_eq!(of(b"RFB 003.008\n\n", 6001), Sign::None);
    }

    #[test]
    fn a_call_announces_its_control_connection() {
        let of = |port| {
            let message = [&[3, 0, 0, 30, 8, 2, 1, 2, 7][..], &[10, 0, 0, 1], port].concat();
            Sign::of(&message, ([10, 0, 0, 1].into(), 1720), 4000)
        };
        assert_eq!(of(&[4, 208]), Sign::Controls(1232));
        assert_eq!(of(&[6, 184]), Sign::None);
        assert_eq!(of(&[4]), Sign::None);
    }
}
