//! A settlement run on several machines: `qudao settle --cluster ADDRESS` and any number of `qudao worker`.
//!
//! The run cuts the partners into ranges as it always does. It does not settle them itself but listens; workers ask for ranges, settle each by the same plan and
//! send back what a run leaves for it. The few steps that cross partners, statements and postings stay with the run.
//!
//! | file | what |
//! |---|---|
//! | `protocol` | what is said over HTTP, and in which words |
//! | `board` | which range is open, given out or there: leases, attempts, and what a restart finds |
//! | `coordinator` | the listening side: the run and its server |
//! | `given` | the inputs of a run: how they are named, sealed, and brought to a worker |
//! | `client`, `worker` | the asking side |
//!
//! | # | step | what is written | a crash after it |
//! |---|---|---|---|
//! | 1 | the run begins | `.cluster/run`: what it stands on | the same command goes on |
//! | 2 | a range is given out under a lease | nothing | the lease runs out, the range is given out again |
//! | 3 | a worker sends files | a folder of this attempt alone | likewise; what lies there is swept |
//! | 4 | all of them are there and whole | one small file that names the attempt | the range is not settled again |
//! | 5 | all ranges are there | the run's own folders, then `summary.json` as of any run | the same command goes on |
//!
//! Invariant: a range is taken from one attempt, whole; who answers for a lease that is gone is told so and changes nothing.

mod board;
mod client;
pub(crate) mod coordinator;
pub(crate) mod given;
mod protocol;
pub(crate) mod worker;

#[cfg(test)]
mod tests;
