//! Hellos, whole and truncated.

use super::*;

#[test]
fn a_hello_without_its_end_has_no_fingerprint() {
    let body = client_body("a.bc", 7, None);
    let whole = ClientHello::read(&body, true, Carrier::Tcp).unwrap();
    assert_eq!(whole.server_name.as_deref(), Some("a.bc"));
    assert!(whole.ja3.is_some() && whole.ja4.is_some_and(|text| text.starts_with("t12d0101")));
    for length in 0..body.len() {
        let cut = ClientHello::read(&body[..length], false, Carrier::Tcp);
        assert!(cut.is_none_or(|cut| cut.server_name.is_none() && cut.ja3.is_none()));
    }
}

#[test]
fn dtls_has_a_cookie_and_versions_that_count_down() {
    let mut body = client_body("a.bc", 7, Some(&[1, 2, 3]));
    let read = |body: &[u8]| ClientHello::read(body, true, Carrier::Dtls).unwrap();
    assert_eq!(read(&body).server_name.as_deref(), Some("a.bc"));
    let extensions = body.len() - 15;
    body[extensions + 1] += 11;
    body.extend([0, 43, 0, 7, 6, 0xFE, 0xFD, 0xFE, 0xFC, 0x0A, 0x0A]);
    assert!(read(&body).ja4.is_some_and(|text| text.starts_with("dd3d0102")));
}

#[test]
fn a_request_to_retry_is_told_by_its_random_value() {
    let is_retry = |random| ServerHello::read(&server_body(random), true).unwrap().is_retry;
    assert!(is_retry(&RETRY) && !is_retry(&[7; RANDOM]));
}
