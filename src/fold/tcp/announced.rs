//! Streams that a payload announced and whose first packet has not come.

use super::super::application::names::{FTP_DATA, H245};
use super::super::pair::{Endpoint, Pair};
use super::record::Record;
use super::sign::Sign;
use crate::dissect::application::Application;
use std::net::IpAddr;

/// Announced streams of one shard: each is taken once.
#[derive(Debug, Default)]
pub struct Announced {
    /// An endpoint, the address of the other side, and the protocol.
    endpoints: Vec<(Endpoint, IpAddr, Application)>,
    /// Both endpoints.
    pairs: Vec<Pair>,
}

/// Kind of an announced stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// Another connection, and its protocol.
    Connection(Application),
    /// The rest of the same connection.
    Rest,
}

/// Most announcements that are kept: a hostile capture has millions.
const MOST: usize = 1000;

impl Announced {
    /// Notes what the payload of a record announces. The oldest announcement is forgotten if there
    /// are too many.
    pub fn note(&mut self, record: &Record) {
        let (sender, receiver) = record.pair.ends(record.from_low);
        match record.sign {
            Sign::None => {}
            Sign::Listens(port) => {
                keep(&mut self.endpoints, ((sender.0, port), receiver.0, FTP_DATA));
            }
            Sign::Controls(port) => {
                keep(&mut self.endpoints, ((sender.0, port), receiver.0, H245));
            }
            Sign::Calls(port) => {
                keep(&mut self.endpoints, ((receiver.0, port), sender.0, FTP_DATA));
            }
            Sign::Restarts => keep(&mut self.pairs, record.pair),
        }
    }

    /// Announcement of the stream of a record, if there was one.
    pub fn take(&mut self, record: &Record) -> Option<Announcement> {
        let Pair { high, low } = record.pair;
        let matches = |(endpoint, other, _): &(Endpoint, IpAddr, Application)| {
            (*endpoint == high && *other == low.0) || (*endpoint == low && *other == high.0)
        };
        if let Some(at) = self.endpoints.iter().rposition(matches) {
            let (_, _, application) = self.endpoints.remove(at);
            return Some(Announcement::Connection(application));
        }
        let at = self.pairs.iter().position(|pair| *pair == record.pair)?;
        self.pairs.remove(at);
        Some(Announcement::Rest)
    }
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() == MOST {
        list.remove(0);
    }
    list.push(item);
}
