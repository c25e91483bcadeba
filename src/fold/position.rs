//! Position of records: what a fold knows of the packets before them.

use super::application::announce::{Announced, Kind};
use super::application::names::{RTCP, RTP, T38};
use super::pair::Endpoint;
use crate::dissect::application::Application;

/// Position of a part, and what was announced up to its batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position<'a> {
    /// Number of packets before the part.
    pub before: u64,
    /// Place of the part in its batch.
    pub part: u32,
    /// Endpoints where media are expected.
    pub(super) media: Option<&'a Announced>,
}

impl Position<'_> {
    /// The protocol of media at an endpoint, if a packet before `packet` of the part announced it.
    pub(super) fn media(&self, endpoint: Endpoint, packet: u32) -> Option<Application> {
        let (media, packet) = (self.media?, self.before + u64::from(packet));
        match media.before(endpoint, packet) {
            Some(Kind::Rtp) => return Some(RTP),
            Some(Kind::Fax) => return Some(T38),
            None => {}
        }
        let control = media.before((endpoint.0, endpoint.1.wrapping_sub(1)), packet);
        (control == Some(Kind::Rtp)).then_some(RTCP)
    }
}
