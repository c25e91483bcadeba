//! Where the time goes: a page to read, no code.
//!
//! Measured on two cores of an AMD EPYC with 1.0 GB of mixed frames (2.6 million packets) in the
//! page cache. `cargo bench` measures the stages beside each other, the walk over record headers
//! being the floor; `-v` tells how long a run worked, merged and wrote.
//!
//! # What a packet costs
//!
//! | stage | nanoseconds | what it is |
//! |---|---|---|
//! | pages | 30 | `MADV_POPULATE_READ` range by range and `MADV_DONTNEED` behind: a fault for each page would cost three times that |
//! | walk | 20 | waiting for the next record header: it is in no cache, and its place is known only when this one was read |
//! | dissect | 15 | [`dissect`](crate::dissect): the common path is a few compares, the loop three times that |
//! | totals | 7 | [`Totals`](crate::tally::totals::Totals) |
//! | conversations | 40 | one look-up for each address layer; misses the cache where there are many conversations |
//!
//! Three things keep the walk from waiting: pages are populated before they are touched, the next
//! record is asked for while this one is dissected, and so are the two behind it, supposing that
//! they are as long as this one (0.82 of the time on mixed frames, 0.69 on long ones).
//!
//! # What a row costs
//!
//! A row of `conversations` takes 190 nanoseconds and is about as many bytes: most of it is writing
//! the numbers. Rows are made in parallel, in buffers that are used again, from entries that are
//! asked for eight rows ahead, and written by one worker while the others make the next ones.
//!
//! # What is serial
//!
//! Cutting is arithmetic. Runs are merged shard by shard on all workers; endpoints and ports are
//! dealt out by hash and counted without a merge; rows are sorted in buckets. What is left for one
//! core alone: starting (1 ms), walking the directories, joining the runs' other counts
//! (microseconds for each of some twenty runs), and `write` itself, which runs beside the making of
//! rows and is the limit where the output is a large file: 2 to 4 GB/s into the page cache.
//!
//! Time on two cores as a share of that on one: `summary` 0.51, `summary,protocols,conversations`
//! 0.58, `-t all` 0.57. Read as Amdahl's law the serial shares are 2, 17 and 13 percent, which
//! would bound 16 cores to 12, 4.5 and 5.4 times one, and 64 cores to 28, 5.4 and 7. But with
//! conversations the share is no waiting: seven percent more processor time is spent on two cores,
//! because every run fills maps of its own (conversations that both halves know are entered twice
//! and merged) and new memory is faulted in; the rest is the memory's latency, which two
//! independent processes on two files do not share either.
