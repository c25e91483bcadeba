//! The tables of ports.

use super::*;

#[test]
fn numbers_are_sorted_and_found() {
    for table in [&TCP, &UDP, &SCTP, &SCTP_PAYLOADS] {
        assert!(table.list.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (number, application) in table.list {
            assert_eq!(table.get(*number), Some(*application));
        }
    }
    assert_eq!(TCP.get(80).map(Application::name), Some("http"));
    assert_eq!(TCP.get(65_535), None);
    assert_eq!(SCTP_PAYLOADS.get(46 + 65_536), None);
}
