//! A shard: which bytes of which files, and the options that decide the result; one line of JSON.

use crate::capture::Position;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A shard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// Its sequence number, from 0.
    pub shard: u64,
    /// Number of shards of the plan.
    pub of: u64,
    /// Identifies the plan: its inputs, options and cuts.
    pub plan: String,
    /// Hash of the options and of the version that is to read them.
    pub options_hash: String,
    /// Options that decide the result, as on the command line.
    pub options: Vec<String>,
    /// Bytes to read: of several whole files, or a part of one.
    pub inputs: Vec<Slice>,
}

/// Consecutive bytes of one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Number of the input within the plan, from 0.
    pub input: u64,
    /// Path of the file.
    pub path: String,
    /// Text of the column `file`.
    pub name: String,
    /// Length of the file.
    pub bytes: u64,
    /// Time of its last change, in seconds since 1970. None if it could not be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Records that begin at or after this byte,
    pub start: u64,
    /// and before this one, are read.
    pub end: u64,
    /// First bytes of the file in base64, as a zstd frame if they are many, if the shard is a part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Place of the first record. None to guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Position>,
    /// State of the section that a guess assumes. None for that of the first packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assume: Option<Position>,
    /// Number of packets before the first record, once shards are numbered.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub packets_before: u64,
    /// Names of the packets, once shards are numbered: see [`super::number`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<String>,
    /// The file was found in a directory: it is skipped if it is no capture.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_be_skipped: bool,
    /// Reason for which it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Spec {
    /// Reads a line of a plan.
    ///
    /// # Errors
    /// If it is none, or one for another version of pcapstat.
    pub fn parse(text: &str) -> Result<Spec, String> {
        let spec: Spec =
            serde_json::from_str(text).map_err(|_| "this is no line that shard plan printed")?;
        if spec.options_hash != options_hash(&spec.options) {
            return Err(
                "the shard was planned by another version of pcapstat, or its options were \
                        changed"
                    .into(),
            );
        }
        Ok(spec)
    }

    /// The line of a plan.
    pub fn line(&self) -> String {
        // Plain data has no form that JSON lacks.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Hash of options that decide the result, and of this version.
pub fn options_hash(options: &[String]) -> String {
    let all = [env!("CARGO_PKG_VERSION")].into_iter().chain(options.iter().map(String::as_str));
    hash(all)
}

/// Hash of texts.
pub fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
