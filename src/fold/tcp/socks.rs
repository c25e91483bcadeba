//! SOCKS (RFC 1928, RFC 1929, RFC 1961; version 4): Wireshark gives what a proxy relays to the
//! protocol of the port that the client asked for, under a stream of its own that has no packets
//! but takes a number.
//!
//! The steps are Wireshark's: a request after the first message in the same segment is not read,
//! and only a request to connect is followed.

/// Port of SOCKS.
pub const PORT: u16 = 1080;
/// Longest message that is read.
const LONGEST: usize = 262;
const CONNECT: u8 = 1;
const ASSOCIATE: u8 = 3;
/// Commands of extensions, which ask the proxy for a ping or a trace.
const PROXY_COMMANDS: [u8; 2] = [0x80, 0x81];

/// First bytes of a payload, if it can be a message of the handshake.
pub fn message(payload: &[u8]) -> Option<Box<[u8]>> {
    let start = payload.get(..payload.len().min(LONGEST))?;
    (payload.len() < LONGEST || matches!(start, [0 | 1 | 4 | 5, ..])).then(|| start.into())
}

/// State of a handshake.
#[derive(Clone, Debug)]
pub struct Handshake {
    version: u8,
    /// True if the high endpoint is the client.
    client_is_high: bool,
    client: Client,
    server: Server,
    /// State of the server after its choice of a method.
    checks: Server,
    command: u8,
    port: u16,
    /// True once the stream of what is relayed is open.
    pub relayed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Begins,
    /// The server chooses a method.
    Waits,
    Commands,
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Begins,
    ChecksUser,
    ChecksToken,
    Replies,
    Done,
    Failed,
}

impl Handshake {
    /// A handshake that begins with this payload, to the proxy if its receiver has [`PORT`]. None
    /// if it is of no known version.
    pub fn begin(
        payload: Option<&[u8]>,
        sender_is_high: bool,
        to_proxy: bool,
    ) -> Option<Handshake> {
        let version = *payload?.first()?;
        Some(Handshake {
            version: if to_proxy { version } else { 0 },
            client_is_high: sender_is_high,
            client: Client::Begins,
            server: Server::Begins,
            checks: Server::Begins,
            command: 0,
            port: 0,
            relayed: false,
        })
    }

    /// Applies the next payload. Gives the port that the proxy connects to, if the payload is
    /// relayed and not part of the handshake.
    pub fn step(&mut self, payload: Option<&[u8]>, sender_is_high: bool) -> Option<u16> {
        if self.client == Client::Done && self.server == Server::Done {
            return Some(self.port).filter(|_| !PROXY_COMMANDS.contains(&self.command));
        }
        let payload = payload.unwrap_or_default();
        let is_client = sender_is_high == self.client_is_high;
        match (self.version, is_client) {
            (4, true) => self.ask(payload),
            (4, false) => self.grant(payload),
            (5, true) => self.request(payload),
            (5, false) => self.reply(payload),
            _ => {}
        }
        None
    }

    /// A request of version 4.
    fn ask(&mut self, payload: &[u8]) {
        if let &[_, command, high, low, _, _, _, _, ..] = payload
            && self.client != Client::Done
        {
            self.command = command;
            self.port = if command == CONNECT { u16::from_be_bytes([high, low]) } else { 0 };
            self.client = Client::Done;
        }
    }

    /// A response of version 4.
    fn grant(&mut self, payload: &[u8]) {
        const GRANTED: u8 = 0x5A;
        match (self.server, payload) {
            (Server::Failed, _) | (_, [] | [_]) => {}
            (_, [_, GRANTED, ..]) => self.server = Server::Done,
            _ => self.server = Server::Failed,
        }
    }

    fn request(&mut self, payload: &[u8]) {
        match (self.client, self.server) {
            (Client::Begins, _) => match *payload {
                [_, 0, ..] | [_, 1, 0, ..] => self.client = Client::Commands,
                [_, 1] | [] | [_] => {}
                _ => self.client = Client::Waits,
            },
            (Client::Waits, Server::Begins | Server::Failed) | (Client::Done, _) => {}
            (Client::Waits, _) if self.checks != Server::Replies => {
                self.client = Client::Commands;
                self.server = self.checks;
            }
            _ => self.command(payload),
        }
    }

    fn command(&mut self, payload: &[u8]) {
        let Some(command) = payload.get(1) else { return };
        self.command = *command;
        let Some((kind, rest)) = payload.get(3..).and_then(<[u8]>::split_first) else { return };
        let address = match kind {
            1 => 4,
            3 => match rest.first() {
                Some(length) => usize::from(*length) + 1,
                None => return,
            },
            4 => 16,
            _ => 0,
        };
        if let Some(port) = rest.get(address..).and_then(<[u8]>::first_chunk) {
            if matches!(self.command, CONNECT | ASSOCIATE) {
                self.port = u16::from_be_bytes(*port);
            }
            self.client = Client::Done;
        }
    }

    fn reply(&mut self, payload: &[u8]) {
        match self.server {
            Server::Begins => {
                let Some(method) = payload.get(1) else { return };
                self.checks = match method {
                    0 => Server::Replies,
                    1 => Server::ChecksToken,
                    2 => Server::ChecksUser,
                    _ => Server::Failed,
                };
                self.server = self.checks;
                self.client = Client::Waits;
            }
            Server::ChecksUser => self.server = Server::Replies,
            Server::ChecksToken => match payload {
                [_, _, 0, 0, ..] => self.server = Server::Replies,
                // Another token is needed.
                _ => self.client = Client::Waits,
            },
            Server::Replies
                if self.command == CONNECT || PROXY_COMMANDS.contains(&self.command) =>
            {
                self.server = Server::Done;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMAND: &[u8] = b"\x05\x01\0\x01\x01\x02\x03\x04\0\x50";
    const REPLY: &[u8] = b"\x05\0\0\x01\x01\x02\x03\x04\0\x50";

    /// The port to which what follows the payloads is relayed; true is the client.
    fn port(payloads: &[(bool, &[u8])]) -> Option<u16> {
        let (to_proxy, first) = payloads[0];
        let mut handshake =
            Handshake::begin(Some(first), to_proxy, to_proxy).expect("a first byte");
        for (from_client, payload) in payloads {
            assert_eq!(handshake.step(Some(payload), *from_client), None);
        }
        handshake.step(Some(b"GET"), true)
    }

    /// The answers are those of tshark 4.0.17 to the same payloads.
    #[test]
    fn handshakes_end_as_in_wireshark() {
        let end = [(true, COMMAND), (false, REPLY)];
        let with = |start: &[(bool, &'static [u8])]| port(&[start, &end].concat());
        assert_eq!(with(&[(true, b"\x05\x01\0"), (false, b"\x05\0")]), Some(80));
        assert_eq!(with(&[(true, b"\x05\x02\0\x02"), (false, b"\x05\0")]), Some(80));
        let user = [(true, &b"\x05\x02\0\x02"[..]), (false, b"\x05\x02")];
        let checked = [(true, &b"\x01\x01u\x01p"[..]), (false, b"\x01\0")];
        assert_eq!(with(&[user, checked].concat()), Some(80));
        assert_eq!(with(&user), None);
        let token =
            [(true, &b"\x05\x01\x01"[..]), (false, b"\x05\x01"), (true, b"\x01\x01\0\x01x")];
        let (more, last) = ([(false, &b"\x01\x01\0\x01x"[..])], [(false, &b"\x01\x01\0\0"[..])]);
        assert_eq!(with(&[&token[..], &last].concat()), Some(80));
        assert_eq!(with(&[&token[..], &more].concat()), None);
        assert_eq!(with(&[&token[..], &more, &token[2..], &last].concat()), Some(80));
        assert_eq!(with(&[(true, b"\x05\x02\0\x02"), (false, b"\x05\x07")]), None);
        assert_eq!(with(&[(false, b"\x05\0"), (true, b"\x05\x01\0"), (false, b"\x05\0")]), None);
        assert_eq!(with(&[(true, b"\x06"), (false, b"\x05\0")]), None);
        let asked = (true, &b"\x04\x01\0\x51\x01\x02\x03\x04\0"[..]);
        assert_eq!(port(&[asked, (false, b"\0\x5A")]), Some(81));
        assert_eq!(port(&[(true, b"\x04\x01\0"), (false, b"\0\x5A")]), None);
    }
}
