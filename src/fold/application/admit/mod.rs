//! Answers of Wireshark's protocols to a payload that a port or the stream gives them: refuse it,
//! take it and show something, or take it silently.

mod forms;
mod tcp;
mod udp;

use super::guess;
pub use tcp::{is_text, over_tcp};
pub use udp::over_udp;

fn is_rpc(message: &[u8]) -> bool {
    guess::rpc(message).is_some()
}
