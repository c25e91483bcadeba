//! The integration tests: one binary, so that the crate is linked once. Each module says at its
//! head what it holds the program to; `builder` and `frames` make captures, `reading` reads them
//! and `cells` their tables.

mod bpf;
mod builder;
mod cells;
mod frames;
mod reading;

// What the tables say.
mod aggregation;
mod captures;
mod conversing;
mod differences;
mod expect;
mod filter;
mod golden;
mod laws;

// What the input may be.
mod endurance;
mod faults;
mod formats;
mod hostile;
mod memory;
mod misleading;

// What the command does.
mod cli;
mod docs;
mod examples;
mod inputs;
mod outputs;
mod paths;
mod salvage;
mod selection;
mod streams;
