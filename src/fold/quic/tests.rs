//! Connections with sealed packets: hellos, retries, alerts.

use super::super::message::hello::{client_body, server_body};
use super::super::message::quic::{seal, seal_with};
use super::*;

/// Frames CRYPTO of a message, one for each of its parts.
fn crypto(kind: u8, body: &[u8], parts: &[(usize, usize)]) -> Vec<u8> {
    let message = [&[kind, 0, 0, body.len() as u8][..], body].concat();
    let frame = |(from, to): &(usize, usize)| {
        let bytes = &message[*from..message.len().min(*to)];
        [&[6, *from as u8, 0x40, bytes.len() as u8][..], bytes].concat()
    };
    parts.iter().flat_map(frame).collect()
}

fn hello(name: &str, parts: &[(usize, usize)]) -> Vec<u8> {
    crypto(CLIENT_HELLO, &client_body(name, 7, None), parts)
}

/// Applies datagrams, each with whether the client sends it. Gives ClientHellos, those without
/// an answer, alerts, and names of each connection.
fn folded(datagrams: &[(bool, Vec<u8>)]) -> Vec<([u64; 3], Option<String>)> {
    let mut shard = Shard::default();
    for (number, (from_client, datagram)) in (1..).zip(datagrams) {
        let (client, server) = (([10, 0, 0, 1].into(), 50_000), ([10, 0, 0, 2].into(), 443));
        let (from, to) = if *from_client { (client, server) } else { (server, client) };
        assert_eq!(initial_bytes(datagram), datagram.len());
        let record = Carried::between((from, to), number, datagram.as_slice().into());
        Quic::apply(&mut shard, &record, Position::default());
    }
    let name = |hellos: &Hellos| hellos.server_name().map(String::from);
    let mut found: Vec<_> =
        shard.hellos().map(|(first, one)| (first, one.counts(), name(one))).collect();
    found.sort();
    found.into_iter().map(|(_, counts, name)| (counts, name)).collect()
}

const ORIGIN: &[u8] = b"original";
const WHOLE: [(usize, usize); 1] = [(0, usize::MAX)];

#[test]
fn hellos_of_both_sides_are_joined() {
    let answer = crypto(SERVER_HELLO, &server_body(&[9; 32]), &WHOLE);
    let client = seal(true, (ORIGIN, ORIGIN, b"me"), b"", 0, &hello("a.bc", &WHOLE));
    let server = seal(false, (ORIGIN, b"me", b"you"), b"", 0, &answer);
    let later = seal(true, (ORIGIN, b"you", b"me"), b"", 1, &[0]);
    let all = [(true, client.clone()), (false, server.clone()), (true, later)];
    assert_eq!(folded(&all), [([1, 0, 0], Some("a.bc".into()))]);
    // Without the client's packet nothing is known of the server's.
    assert_eq!(folded(&all[1..]), []);
    let alert = seal(false, (ORIGIN, b"me", b"you"), b"", 0, &[0x1C, 0x41, 0x28, 6, 0]);
    assert_eq!(folded(&[(true, client), (false, alert)]), [([1, 1, 1], Some("a.bc".into()))]);
}

#[test]
fn a_packet_whose_fixed_bit_is_cleared_is_read() {
    let answer = crypto(SERVER_HELLO, &server_body(&[9; 32]), &WHOLE);
    let client = seal_with(0x80, true, (ORIGIN, ORIGIN, b"me"), b"", 0, &hello("a.bc", &WHOLE));
    let server = seal_with(0x80, false, (ORIGIN, b"me", b"you"), b"", 0, &answer);
    assert_eq!(folded(&[(true, client), (false, server)]), [([1, 0, 0], Some("a.bc".into()))]);
}

#[test]
fn a_hello_is_put_together_from_packets_in_any_order() {
    let part = |number, parts: &[_]| {
        (true, seal(true, (ORIGIN, ORIGIN, b""), b"", number, &hello("long.example", parts)))
    };
    let (one, two) = (part(0, &[(30, 50), (0, 20)]), part(1, &[(50, 999), (20, 30)]));
    let whole = [([1, 1, 0], Some("long.example".into()))];
    assert_eq!(folded(&[one.clone(), two.clone()]), whole);
    assert_eq!(folded(&[two.clone(), one.clone()]), whole);
    assert_eq!(folded(&[one.clone(), one.clone(), two.clone(), two]), whole);
    assert_eq!(folded(&[one]), [([0, 0, 0], None)]);
    let begun = (true, seal(true, (ORIGIN, ORIGIN, b""), b"", 0, &hello("a.bc", &[(0, 60)])));
    assert_eq!(folded(&[begun]), [([1, 1, 0], Some("a.bc".into()))]);
}

#[test]
fn a_retry_is_the_same_handshake_and_a_new_connection_is_not() {
    let first = (true, seal(true, (ORIGIN, ORIGIN, b""), b"", 0, &hello("a.bc", &WHOLE)));
    let ids = (&b"retried!"[..], &b"retried!"[..], &b""[..]);
    let again = |token: &[u8]| (true, seal(true, ids, token, 1, &hello("a.bc", &WHOLE)));
    let one = ([1, 1, 0], Some("a.bc".into()));
    assert_eq!(folded(&[first.clone(), again(b"token")]), vec![one.clone()]);
    assert_eq!(folded(&[first, again(b"")]), [one.clone(), one]);
}

#[test]
fn connections_of_a_pair_are_as_many_as_there_are() {
    let packet = |number: usize| {
        let id = (number as u64).to_be_bytes();
        (true, seal(true, (&id, &id, b""), b"", 0, &hello("a.bc", &WHOLE)))
    };
    let all: Vec<_> = (0..3 * MOST).map(packet).collect();
    assert_eq!(folded(&all), vec![([1, 1, 0], Some("a.bc".into())); 3 * MOST]);
}

#[test]
fn a_request_to_retry_makes_two_hellos() {
    let random = *b"\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C";
    let both = [server_body(&random), server_body(&[9; 32])];
    let first = crypto(SERVER_HELLO, &both[0], &WHOLE);
    let mut second = crypto(SERVER_HELLO, &both[1], &WHOLE);
    second[1] = both[0].len() as u8 + 4;
    let mut later = hello("a.bc", &WHOLE);
    later[1] = client_body("a.bc", 7, None).len() as u8 + 4;
    let packets = [
        (true, seal(true, (ORIGIN, ORIGIN, b"me"), b"", 0, &hello("a.bc", &WHOLE))),
        (false, seal(false, (ORIGIN, b"me", b"you"), b"", 0, &first)),
        (true, seal(true, (ORIGIN, b"you", b"me"), b"", 1, &later)),
        (false, seal(false, (ORIGIN, b"me", b"you"), b"", 1, &second)),
    ];
    assert_eq!(folded(&packets), [([2, 0, 0], Some("a.bc".into()))]);
}
