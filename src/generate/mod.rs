//! Tracking logs of an organisation that does not exist, with what they must be read as and its exports.
//!
//! The fate of each message is planned first; then the rows are written that Exchange would write.
//! Nothing here looks at rows to learn anything, and nothing is shared with the code that does.

mod calendar;
mod directory;
mod dispatch;
mod exchange;
mod exports;
mod files;
mod hops;
mod ledger;
mod mail;
mod names;
mod notes;
mod planted;
mod quirks;
mod reports;
mod roll;
mod rows;
mod spool;
mod stamp;
mod traffic;
mod trouble;
mod truth;
mod world;

use std::io::{self, Write};

use crate::model::time::DAY;
use calendar::Calendar;
use exchange::Exchange;

/// First moment of the logs: Monday, 2 March 2026.
const START: i64 = 20_514 * DAY;

/// Where the files go. Names are relative, with `/`.
pub trait Files {
    /// Creates a file, and the folder it lies in.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>>;
}

/// Which releases of Exchange the organisation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Organisation {
    /// 2007 alone: 21 columns.
    E2007,
    /// 2010 alone: 26 columns.
    E2010,
    /// 2013 alone: 27 columns.
    E2013,
    /// 2019 alone: 30 columns.
    E2019,
    /// Servers of every age.
    Mixed,
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Bytes of logs.
    pub size: u64,
    /// The same plan gives the same bytes.
    pub seed: u64,
    /// Mailbox servers.
    pub servers: u32,
    /// Days, from 2 March 2026.
    pub days: u32,
    /// Releases.
    pub organisation: Organisation,
    /// Damage and oddities that change nothing.
    pub quirks: bool,
    /// Faults to be found.
    pub faults: bool,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Made {
    /// Log files.
    pub files: u64,
    /// Their bytes, byte-order marks and padding not counted.
    pub bytes: u64,
    /// Rows in them, copies not counted.
    pub records: u64,
    /// Messages, health probes included.
    pub messages: u64,
    /// Rows of `truth.jsonl`.
    pub leaves: u64,
    /// Rows of `findings.jsonl`.
    pub findings: u64,
}

/// Makes the logs of a plan, `truth.jsonl`, `findings.jsonl`, and the exports.
pub fn generate(plan: &Plan, files: &mut dyn Files) -> io::Result<Made> {
    let mut truth = files.create("truth.jsonl")?;
    let mut findings = files.create("findings.jsonl")?;
    let calendar = Calendar::new(plan.days);
    let mut exchange = Exchange::new(plan, calendar.end(), files);
    let mut agenda = planted::agenda(plan);
    while exchange.bytes < plan.size {
        let now = calendar.at(exchange.bytes, plan.size);
        exchange.advance(now, &mut *truth)?;
        let done = exchange.bytes * 1000 / plan.size;
        match agenda.last() {
            Some(next) if next.at <= done => {
                if let Some(next) = agenda.pop() {
                    (next.scene)(&mut exchange, now);
                }
            }
            _ => traffic::next(&mut exchange, now),
        }
    }
    let (made, world, roll) = exchange.finish(&mut *truth, &mut *findings)?;
    truth.flush()?;
    findings.flush()?;
    exports::write(plan, &world, &roll, files)?;
    Ok(made)
}
