//! `generate`: synthetic logs into a folder.

pub(super) mod args;

use std::io::{self, Write};
use std::time::Instant;

use super::exit::Exit;
use super::say;
use crate::generate::{Files, Organisation, Plan, generate};
use crate::output::file::Folder;
use args::{GenerateArgs, SchemaName};

impl Files for Folder {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(Self::create(self, name)?))
    }
}

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    let started = Instant::now();
    let mut folder = Folder::open(&args.output, args.force)?;
    let plan = Plan {
        size: args.size,
        seed: args.seed,
        servers: args.servers,
        days: args.days,
        organisation: match args.schema {
            SchemaName::V2007 => Organisation::E2007,
            SchemaName::V2010 => Organisation::E2010,
            SchemaName::V2013 => Organisation::E2013,
            SchemaName::V2019 => Organisation::E2019,
            SchemaName::Mixed => Organisation::Mixed,
        },
        quirks: args.quirks,
        faults: !args.nothing_planted,
    };
    let made = generate(&plan, &mut folder)?;
    let seconds = started.elapsed().as_secs_f64();
    if !args.quiet {
        say(&format!(
            "mailtrail: {} files, {} bytes, {} records, {} messages, {} rows in truth.jsonl, {} in findings.jsonl, {seconds:.2} s, {:.0} MB/s",
            made.files,
            made.bytes,
            made.records,
            made.messages,
            made.leaves,
            made.findings,
            made.bytes as f64 / seconds.max(1e-9) / 1e6,
        ));
    }
    Ok(Exit::Done)
}
