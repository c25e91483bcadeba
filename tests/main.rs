//! Integration tests, in one binary so that the crate is linked once. Each module states at its
//! head which property it tests. `builder` and `frames` make captures, `reading` reads them,
//! `night` runs the steps of many machines over some, `cells` parses their tables.

mod bpf;
mod builder;
mod cells;
mod frames;
mod night;
mod reading;

// Contents of the tables.
mod aggregation;
mod analysis;
mod captures;
#[cfg(feature = "columnar")]
mod columnar;
mod conversing;
mod differences;
mod dispatch;
mod expect;
mod filter;
mod folding;
mod golden;
mod handshakes;
mod laws;

// Inputs.
mod endurance;
mod faults;
mod formats;
mod hostile;
mod memory;
mod misleading;
mod system;

// The command.
mod baseline;
mod choosing;
mod cli;
mod damage;
mod decode_as;
mod docs;
mod examples;
mod gate;
mod hints;
mod inputs;
mod live;
mod outputs;
mod overview;
mod page;
mod paths;
#[cfg(unix)]
mod printed;
mod repeated;
mod salvage;
mod salvage_doubt;
mod salvage_evidence;
mod salvage_rates;
mod selection;
mod shards;
mod shards_captures;
mod shards_plans;
mod shards_refusals;
mod shards_rows;
mod snapshots;
#[cfg(unix)]
mod specials;
mod streams;
