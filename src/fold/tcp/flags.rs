//! Flags of a segment: what its analysis found.

/// Names of the flags, by bit.
pub const FLAG_NAMES: [&str; 15] = [
    "retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "out_of_order",
    "lost_segment",
    "ack_lost_segment",
    "duplicate_ack",
    "keep_alive",
    "keep_alive_ack",
    "zero_window",
    "zero_window_probe",
    "zero_window_probe_ack",
    "window_update",
    "window_full",
    "reused_ports",
];
pub(super) const RETRANSMISSION: u16 = 1;
pub(super) const FAST_RETRANSMISSION: u16 = 1 << 1;
pub(super) const SPURIOUS_RETRANSMISSION: u16 = 1 << 2;
pub(super) const OUT_OF_ORDER: u16 = 1 << 3;
pub(super) const LOST_SEGMENT: u16 = 1 << 4;
pub(super) const ACK_LOST_SEGMENT: u16 = 1 << 5;
pub(super) const DUPLICATE_ACK: u16 = 1 << 6;
pub(super) const KEEP_ALIVE: u16 = 1 << 7;
pub(super) const KEEP_ALIVE_ACK: u16 = 1 << 8;
pub(super) const ZERO_WINDOW: u16 = 1 << 9;
pub(super) const ZERO_WINDOW_PROBE: u16 = 1 << 10;
pub(super) const ZERO_WINDOW_PROBE_ACK: u16 = 1 << 11;
pub(super) const WINDOW_UPDATE: u16 = 1 << 12;
pub(super) const WINDOW_FULL: u16 = 1 << 13;
pub(super) const REUSED_PORTS: u16 = 1 << 14;
