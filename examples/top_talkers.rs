//! Prints the ten busiest TCP, UDP and SCTP conversations of a capture:
//!
//! ```sh
//! cargo run --release --example top_talkers -- testdata/http.pcap
//! ```

use pcapstat::dissect::packet::Transport;
use pcapstat::tally::conversations::{ipv4_of, ipv6_of, ports_of};
use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// One conversation and its size on the wire.
#[derive(Debug)]
pub struct Talk {
    pub transport: Transport,
    pub sides: (SocketAddr, SocketAddr),
    pub packets: u64,
    pub wire_bytes: u64,
}

/// Every conversation with ports, most bytes first.
pub fn busiest(path: &Path) -> Result<Vec<Talk>, Box<dyn Error>> {
    let jobs = std::thread::available_parallelism()?.get();
    let table = pcapstat::table::named("conversations").ok_or("no such table")?;
    let report = pcapstat::read(path, &[table], jobs)?;
    let (conversations, _) = report.conversations().ok_or("nothing was counted")?;

    let ipv4 = conversations.ipv4.shards().iter().flat_map(|shard| shard.entries());
    let ipv4 = ipv4.map(|(key, flow)| {
        let (low, high) = ipv4_of(key);
        (IpAddr::from(low), IpAddr::from(high), key[1], flow)
    });
    let ipv6 = conversations.ipv6.shards().iter().flat_map(|shard| shard.entries());
    let ipv6 = ipv6.map(|(key, flow)| {
        let (low, high) = ipv6_of(key);
        (IpAddr::from(low), IpAddr::from(high), key[4], flow)
    });

    let mut talks: Vec<Talk> = ipv4
        .chain(ipv6)
        .filter_map(|(low, high, ports, flow)| {
            let (transport, low_port, high_port) = ports_of(ports)?;
            Some(Talk {
                transport,
                sides: (SocketAddr::new(low, low_port), SocketAddr::new(high, high_port)),
                packets: flow.packets(),
                wire_bytes: flow.from_low().wire_bytes + flow.from_high().wire_bytes,
            })
        })
        .collect();
    talks.sort_by_key(|talk| (std::cmp::Reverse(talk.wire_bytes), talk.sides));
    Ok(talks)
}

#[allow(dead_code, reason = "the tests use this file as a module")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: top_talkers CAPTURE")?;
    for talk in busiest(path.as_ref())?.iter().take(10) {
        let Talk { transport, sides: (one, two), packets, wire_bytes } = talk;
        println!("{transport:?} {one} - {two}: {packets} packets, {wire_bytes} bytes");
    }
    Ok(())
}
