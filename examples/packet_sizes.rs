//! Prints the mean size of the packets of each protocol path, with a tally of its own:
//!
//! ```sh
//! cargo run --release --example packet_sizes -- testdata/http.pcap
//! ```

use pcapstat::dissect::packet::Packet;
use pcapstat::engine::pass::Shift;
use pcapstat::tally::Tally;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// Number of packets and bytes on the wire, by protocol path (`eth:ip:tcp`).
#[derive(Debug, Default)]
pub struct Sizes(pub BTreeMap<String, (u64, u64)>);

impl Tally for Sizes {
    fn observe(&mut self, packet: &Packet<'_>) {
        let (packets, bytes) = self.0.entry(packet.path.to_string()).or_default();
        *packets += 1;
        *bytes += u64::from(packet.record.wire_bytes);
    }

    /// Adds the counts of a later part, so that parts may be counted on several threads.
    fn merge(&mut self, later: Sizes, _: Shift) {
        for (path, (packets, bytes)) in later.0 {
            let sum = self.0.entry(path).or_default();
            *sum = (sum.0 + packets, sum.1 + bytes);
        }
    }
}

/// Observes every packet of a capture, in order.
pub fn sizes(path: &Path) -> Result<Sizes, Box<dyn Error>> {
    let mut sizes = Sizes::default();
    let walked = pcapstat::packets(path, |_, packet| sizes.observe(packet))?;
    match walked.fault {
        Some(fault) => Err(fault.kind.to_string().into()),
        None => Ok(sizes),
    }
}

#[allow(dead_code, reason = "the tests use this file as a module")]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: packet_sizes CAPTURE")?;
    for (path, (packets, bytes)) in sizes(path.as_ref())?.0 {
        println!("{path}: {packets} packets of {} bytes on average", bytes / packets);
    }
    Ok(())
}
