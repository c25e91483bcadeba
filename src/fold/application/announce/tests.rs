//! Announcements of messages, and their order.

use super::*;

#[test]
fn the_last_announcement_before_a_packet_counts() {
    let endpoint = ([10, 0, 0, 1].into(), 4000);
    let mut announced = Announced::default();
    announced.note(&[(2, (endpoint, Kind::Rtp)), (5, (endpoint, Kind::Fax))], 10);
    let before = |packet| announced.before(endpoint, packet);
    assert_eq!((before(12), before(13)), (None, Some(Kind::Rtp)));
    assert_eq!((before(15), before(16)), (Some(Kind::Rtp), Some(Kind::Fax)));
}

#[test]
fn skinny_announces_the_endpoints_of_channels() {
    let open =
        [&[16, 0, 0, 0][..], &[0; 4], &[0x22, 0, 0, 0], &[0; 4], &[10, 0, 0, 1], &[0, 64, 0, 0]];
    let open = open.concat();
    let found = (([10, 0, 0, 1].into(), 16_384), Kind::Rtp);
    assert_eq!(channels(&open), [found]);
    assert_eq!(channels(&[&open[..], &open].concat()), [found, found]);
    for length in 0..open.len() {
        assert_eq!(channels(&open[..length]), []);
    }
    assert_eq!(channels(&[0xFF; 40]), []);
}

#[test]
fn rtsp_answers_with_the_port_of_the_client() {
    let receiver = [10, 0, 0, 1].into();
    let of = |transport: &str| {
        answered(format!("RTSP/1.0 200 OK\r\nCSeq: 3\r\n{transport}\r\n\r\n").as_bytes(), receiver)
    };
    let found = Some(((receiver, 4588), Kind::Rtp));
    assert_eq!(of("Transport: RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257"), found);
    assert_eq!(of("transport:RTP/AVP/UDP;client_port=4588"), found);
    for other in
        ["Transport: RTP/AVP/TCP;interleaved=0-1", "Transport: RTP/AVP;client_port=x", "Transpor"]
    {
        assert_eq!(of(other), None, "{other}");
    }
    assert_eq!(answered(b"SETUP x\r\nTransport: RTP/AVP;client_port=1-2\r\n", receiver), None);
}

#[test]
fn media_of_rtp_are_announced_with_their_address() {
    let sdp = b"INVITE x\r\n\r\nv=0\r\no=a\r\nc=IN IP4 10.0.0.1\r\nm=audio 49170 RTP/AVP 0\r\n\
        m=video 51372 RTP/AVP 99\r\nc=IN IP4 10.0.0.2\r\nm=x 7 udp 1\r\n";
    let found =
        [(([10, 0, 0, 1].into(), 49_170), Kind::Rtp), (([10, 0, 0, 2].into(), 51_372), Kind::Rtp)];
    assert_eq!(media(sdp), found);
    let two = b"\nv=0\nc=IN IP4 10.0.0.1\nm=audio 7 RTP/AVP 0\n}\nv=0\nc=IN IP4 10.0.0.2\nm=image 8 udptl t38\n";
    let found = [(([10, 0, 0, 1].into(), 7), Kind::Rtp), (([10, 0, 0, 2].into(), 8), Kind::Fax)];
    assert_eq!(media(two), found);
    assert_eq!(media(b"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 49170 RTP/AVP 0\r\n"), []);
    for hostile in [&b"\nv=0\r\nm="[..], b"\nv=0\r\nc=\r\nm=a b c", b"\nv=0\nc=IN IP4 \xFF\nm=\xFF"]
    {
        assert_eq!(media(hostile), []);
    }
}
