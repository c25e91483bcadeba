//! Offers of ports and of payload identifiers.

use super::*;
use std::net::Ipv4Addr;

fn name(offer: Option<Offer>) -> Option<&'static str> {
    offer.map(|offer| offer.application.name())
}

#[test]
fn ports_make_offers_before_heuristics() {
    let offers = Offers::over_tcp(b"HTTP/1.1 200 OK\r\n", 25, 80, [None; 2]);
    assert_eq!((name(offers.lower), name(offers.higher)), (Some("smtp"), Some("http")));
    assert_eq!(offers.guess, None);
    let offers = Offers::over_tcp(b"HTTP/1.1 200 OK\r\n", 60_000, 443, [None; 2]);
    assert_eq!((name(offers.lower), name(offers.higher)), (None, None));
    assert_eq!(name(offers.guess.map(|(offer, _)| offer)), Some("http"));
    let to = Ipv4Addr::LOCALHOST.into();
    let datagram = Datagram { payload: b"x", length: 1, source: 60_000, destination: 53, to };
    let offers = Offers::over_udp(&datagram, [None; 2]);
    assert_eq!((name(offers.lower), name(offers.higher)), (Some("dns"), None));
}

#[test]
fn the_first_data_chunk_of_sctp_decides() {
    let data = [&[0; 12][..], &[6, 0, 0, 4], &[0, 3, 0, 17], &[0; 11], &[3, 7]].concat();
    assert_eq!(sctp_payload(&data), Some(3));
    assert_eq!(name(Offers::over_sctp(&data, 9, 9).lower), Some("m3ua"));
    let in_parts = |flags: u8| {
        let mut data = data.clone();
        data[17] = flags;
        sctp_payload(&data)
    };
    // Only the last chunk of a message has a name.
    assert_eq!([2, 0, 1].map(in_parts), [None, None, Some(3)]);
    assert_eq!(sctp_payload(&[0; 12]), None);
    assert_eq!(sctp_payload(&[7; 40]), None);
}
