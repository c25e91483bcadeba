//! Names of protocols and paths.

use super::*;

#[test]
fn saved_paths_keep_their_names() {
    let tunnel = [Protocol::ETH, Protocol::IP, Protocol::ip_protocol(253)];
    for path in
        [Path::default(), Path::of(&tunnel), Path::of(&[Protocol::link_type(LinkType(300))])]
    {
        let saved = postcard::to_allocvec(&path).unwrap();
        assert_eq!(postcard::from_bytes(&saved), Ok(path));
    }
    for (name, protocol) in Protocol::known() {
        assert_eq!(Protocol::named(name).map(|found| found.to_string()).as_deref(), Some(name));
        assert!(!name.contains(':'), "{protocol:?}");
    }
    for wrong in ["eth:", "eth:no", "ip-proto-256", "dlt-40000", &["eth"; 32].join(":")] {
        let saved = postcard::to_allocvec(wrong).unwrap();
        assert!(postcard::from_bytes::<Path>(&saved).is_err(), "{wrong}");
    }
}

#[test]
fn protocols_and_paths_have_wiresharks_names() {
    assert_eq!(
        Path::of(&[Protocol::ETH, Protocol::VLAN, Protocol::HOP_BY_HOP]).to_string(),
        "eth:vlan:ipv6.hopopts"
    );
    assert_eq!(Protocol::ip_protocol(253).to_string(), "ip-proto-253");
    assert_eq!(Protocol::link_type(LinkType(300)).to_string(), "dlt-300");
    assert_eq!(Path::default().to_string(), "");
}
