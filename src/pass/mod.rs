//! Passes over a capture: counting, folding, keeping records, rows, and the selection of packets for either.
//!
//! A pass joins what the engine walks with what is made of it. A new one is a file here and a line
//! where [`crate::reading`] puts the run's passes together.

pub mod counting;
pub mod each;
pub mod folding;
pub mod keeping;
pub mod period;
pub mod rows;
pub mod selected;
pub mod slice;
