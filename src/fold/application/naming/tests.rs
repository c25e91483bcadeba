//! Names of segments and of what follows them.

use super::*;

fn place(sequence: u32, length: u32) -> Place {
    let next = sequence + length;
    Place { side: 0, sequence, next, source: 50_000, lower: 445, higher: 50_000 }
}

fn offers(payload: &[u8]) -> Offers {
    Offers::over_tcp(payload, 50_000, 445, [None; 2])
}

#[test]
fn payload_inside_a_pdu_belongs_to_it() {
    let mut naming = Naming::default();
    let header = &[0, 0, 0, 20, 0xFE, b'S', b'M', b'B'];
    assert_eq!(naming.within(place(1, 8)), Within::None);
    assert_eq!(naming.name(&offers(header), place(1, 8), Some((header, 8))), Some(NBSS));
    assert_eq!(naming.within(place(9, 10)), Within::Whole);
    assert_eq!(naming.within(place(19, 10)), Within::Until(6));
    assert_eq!(naming.within(place(25, 10)), Within::None);
    assert_eq!(naming.within(Place { side: 1, ..place(9, 10) }), Within::None);
}

#[test]
fn a_heuristic_gives_its_protocol_to_the_stream() {
    let mut naming = Naming::default();
    let at = Place { lower: 50_001, higher: 60_001, ..place(1, 5) };
    let of = |payload: &[u8]| Offers::over_tcp(payload, 50_001, 60_001, [None; 2]);
    assert_eq!(naming.name(&of(&[1, 2, 3, 4, 5]), at, None), None);
    assert_eq!(naming.name(&of(&[22, 3, 1, 0, 5]), at, None), Some(TLS));
    assert_eq!(naming.name(&of(&[1, 2, 3, 4, 5]), at, None), Some(TLS));
    assert_eq!(naming.name(&of(b"refused"), at, None), None);
    assert_eq!((naming.first(), naming.usual()), (Some(TLS), Some(TLS)));
}

#[test]
fn http_shows_binary_payloads_after_a_request() {
    let mut naming = Naming::default();
    let at = Place { lower: 80, higher: 60_001, ..place(1, 5) };
    let of = |payload: &[u8]| Offers::over_tcp(payload, 80, 60_001, [None; 2]);
    assert_eq!(naming.name(&of(&[0, 1]), at, None), None);
    assert_eq!(naming.name(&of(b"GET / HTTP/1.1\r\n"), at, None), Some(HTTP));
    assert_eq!(naming.name(&of(&[0, 1]), at, None), Some(HTTP));
}

#[test]
fn the_message_that_tells_hl7_shows_nothing() {
    let mut naming = Naming::default();
    let at = Place { lower: 50_001, higher: 60_001, ..place(1, 9) };
    let message = Offers::over_tcp(b"\x0bMSH|^\x1c\r", 60_001, 50_001, [None; 2]);
    assert_eq!(naming.name(&message, at, None), None);
    assert_eq!(naming.name(&message, Place { side: 1, ..at }, None), Some(HL7));
}

#[test]
fn the_handshake_of_rtmp_is_shown_where_a_part_ends() {
    let mut naming = Naming { server_port: 1935, ..Naming::default() };
    let mut shown = |source: u16, sequence: u32, length: u32| {
        let at = Place { source, lower: 1935, ..place(sequence, length) };
        let offers = Offers::over_tcp(&[3; 40], source, 1935, [None; 2]);
        naming.name(&offers, at, None).is_some()
    };
    assert!(!shown(50_000, 1, 1460) && shown(50_000, 1461, 77));
    assert!(!shown(1935, 1, 1460) && !shown(1935, 1461, 1460) && shown(1935, 2921, 153));
    assert!(shown(50_000, 1538, 1536) && shown(50_000, 3074, 100));
}
