//! Instructions of hot functions over one small log, and of a small report as a whole, counted by
//! valgrind: the same on a busy machine as on a quiet one. `benches/instructions.tsv` holds what they
//! were, `benches/compare-instructions` compares.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "logs are written where the program finds them")]
#![expect(missing_docs, unused_qualifications, clippy::exit, reason = "macros of the harness")]

#[path = "support/logs.rs"]
mod logs;

use std::hint::black_box;
use std::path::PathBuf;

use gungraun::{
    Callgrind, EntryPoint, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
};
use mailtrail::model::column::{ALL, Column};
use mailtrail::parse::header::Binding;
use mailtrail::parse::record::{Fields, Record};
use mailtrail::parse::schema::Schema;
use mailtrail::parse::split::cut;
use mailtrail::parse::{status, values};

use logs::{Logs, read_for_report};

/// The longest log of a small set, and what a header says of it.
struct Log {
    text: Vec<u8>,
    schema: Schema,
    fields: Fields,
}

impl Log {
    fn new() -> Self {
        let text = Logs::new(1 << 20).0.texts().into_iter().max_by_key(Vec::len).unwrap();
        let header = text.split(|b| *b == b'\n').find(|line| line.starts_with(b"#Fields")).unwrap();
        let schema = Schema::from_header(header).unwrap();
        Self { schema, text, fields: Fields::default() }
    }

    fn indexed() -> Self {
        let mut log = Self::new();
        log.fields.index_lines(&log.text);
        log
    }

    fn records(&self) -> impl Iterator<Item = Record<'_>> {
        (0..self.fields.len())
            .map(|i| self.fields.record(i, &self.text, &self.schema))
            .filter(|r| r.width() == 30)
    }
}

/// The cells of a column that hold anything, headers left out.
fn cells(column: Column) -> Vec<Vec<u8>> {
    let log = Log::indexed();
    let cells = log.records().skip(1).map(|r| r.get(column).into_owned());
    cells.filter(|c| !c.is_empty()).collect()
}

// What goes in comes out, so that giving back its memory is not counted.

#[library_benchmark]
#[bench::log(setup = Log::indexed)]
fn split(mut log: Log) -> (usize, Log) {
    (cut(black_box(&log.text), &Binding::default(), true, &mut log.fields).lines, log)
}

#[library_benchmark]
#[bench::log(setup = Log::indexed)]
fn separators(mut log: Log) -> Log {
    log.fields.index_lines(black_box(&log.text));
    log
}

#[library_benchmark]
#[bench::log(setup = Log::indexed)]
fn fields(log: Log) -> (usize, Log) {
    let length = |r: Record<'_>| ALL.iter().map(|(column, _)| r.get(*column).len()).sum::<usize>();
    (log.records().map(length).sum(), log)
}

#[library_benchmark]
#[bench::log(args = (Column::DateTime), setup = cells)]
fn timestamp(cells: Vec<Vec<u8>>) -> (usize, Vec<Vec<u8>>) {
    (cells.iter().filter(|c| values::timestamp(black_box(c)).is_some()).count(), cells)
}

#[library_benchmark]
#[bench::log(args = (Column::NetworkMessageId), setup = cells)]
fn guid(cells: Vec<Vec<u8>>) -> (usize, Vec<Vec<u8>>) {
    (cells.iter().filter(|c| values::guid(black_box(c)).is_some()).count(), cells)
}

#[library_benchmark]
#[bench::log(args = (Column::RecipientStatus), setup = cells)]
fn parse_status(cells: Vec<Vec<u8>>) -> (usize, Vec<Vec<u8>>) {
    (cells.iter().filter(|c| status::parse_status(black_box(c)).code.is_some()).count(), cells)
}

library_benchmark_group!(
    name = parse;
    benchmarks = split, separators, fields, timestamp, guid, parse_status
);

/// Where the logs of the report lie.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("instructions")
}

fn write_logs() {
    Logs::new(1 << 20).0.write(&folder());
}

#[library_benchmark]
#[bench::mebibyte(folder())]
fn report(folder: PathBuf) -> (u64, PathBuf) {
    (read_for_report(&folder).report(10).recipients, folder)
}

// The reading has a thread of its own, so the whole process is counted and not the one function.
library_benchmark_group!(
    name = whole;
    config = LibraryBenchmarkConfig::default().tool(Callgrind::default().entry_point(EntryPoint::None));
    setup = write_logs();
    benchmarks = report
);

main!(library_benchmark_groups = parse, whole);
