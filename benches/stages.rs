//! What each stage costs, in bytes of log a second. Every answer is held against what the generator
//! wrote before anything is timed.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "logs are written where the program finds them")]

#[path = "support/logs.rs"]
mod logs;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use mailtrail::model::column::Column;
use mailtrail::model::event::{EventId, Source};
use mailtrail::model::status::Alignment;
use mailtrail::parse::event::Event;
use mailtrail::parse::header::Binding;
use mailtrail::parse::record::Fields;
use mailtrail::parse::schema::Schema;
use mailtrail::parse::split::{Cut, Shape, cut};
use mailtrail::parse::{status, values};

use logs::{Logs, read_for_report};

const SIZE: u64 = 16 << 20;
const COLUMNS: usize = 30;
/// Lines at the head of each file.
const HEADERS: usize = 5;

/// One log, and the schema that its header names.
struct Log {
    text: Vec<u8>,
    schema: Schema,
}

impl Log {
    fn all(logs: &Logs) -> Vec<Self> {
        let log = |text: Vec<u8>| {
            let header = text.split(|b| *b == b'\n').find(|line| line.starts_with(b"#Fields")).unwrap();
            Self { schema: Schema::from_header(header).unwrap(), text }
        };
        logs.texts().into_iter().map(log).collect()
    }
}

fn split(logs: &[Log]) -> usize {
    let binding = Binding::default();
    let mut fields = Fields::default();
    let mut lines = |log: &Log| {
        let Cut { end, lines, shape, .. } = cut(&log.text, &binding, true, &mut fields);
        assert!(end == log.text.len() && shape == Shape::Lines);
        lines
    };
    logs.iter().map(&mut lines).sum()
}

fn fields(logs: &[Log], found: &mut Fields) -> usize {
    let mut full = 0;
    for log in logs {
        found.index_lines(&log.text);
        let width = |i| found.record(i, &log.text, &log.schema).width();
        full += (0..found.len()).filter(|i| width(*i) == COLUMNS).count();
    }
    full
}

/// What stands in the typed columns, added up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Decoded {
    events: u64,
    known: u64,
    ids: u64,
    numbers: u64,
    /// Rows whose recipient-count is the number of their recipients.
    counted: u64,
    /// Rows with one status for each recipient.
    aligned: u64,
    /// Statuses with an enhanced code.
    codes: u64,
    last: i64,
}

fn decode(logs: &[Log], found: &mut Fields) -> Decoded {
    let mut sum = Decoded::default();
    for log in logs {
        found.index_lines(&log.text);
        for i in HEADERS..found.len() {
            let Ok(event) = Event::read(found.record(i, &log.text, &log.schema)) else { continue };
            sum.events += 1;
            sum.last = sum.last.max(event.time.0);
            sum.known += u64::from(event.event != EventId::Other && event.source != Source::Other);
            sum.ids += u64::from(values::guid(&event.text(Column::NetworkMessageId)).is_some());
            let count = event.number(Column::RecipientCount);
            let numbers = [event.number(Column::InternalMessageId), event.number(Column::TotalBytes), count];
            sum.numbers += numbers.iter().flatten().count() as u64;
            let recipients = event.text(Column::Recipients);
            let recipients = recipients.split(|b| *b == b';').filter(|r| !r.is_empty()).count();
            sum.counted += u64::from(count == Some(recipients as u64));
            let field = event.text(Column::RecipientStatus);
            if !field.is_empty() {
                let mut statuses = Vec::new();
                let alignment = status::split_statuses(&field, recipients, &mut statuses);
                sum.aligned += u64::from(alignment == Alignment::Aligned);
                sum.codes +=
                    statuses.iter().filter(|s| status::parse_status(s).code.is_some()).count() as u64;
            }
        }
    }
    sum
}

/// The same the slow way: every line taken apart by hand, byte by byte.
fn decode_slowly(logs: &[Log]) -> Decoded {
    let (mut sum, mut names) = (Decoded::default(), BTreeSet::new());
    let lines = logs.iter().flat_map(|log| log.text.split(|b| *b == b'\n'));
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with(b"#")) {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for b in String::from_utf8_lossy(line).chars() {
            match b {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(b),
            }
        }
        let cell = |column: Column| cells.get(column as usize).map_or("", String::as_str);
        let recipients = cell(Column::Recipients).split(';').filter(|r| !r.is_empty()).count();
        let field = cell(Column::RecipientStatus);
        let wrapped = field.matches("[{LED=").count();
        let bare =
            field.split(';').filter(|s| s.starts_with("To") || s.starts_with(|c: char| c.is_ascii_digit()));
        let items = if wrapped > 0 { wrapped } else { bare.count() };
        let aligned = !field.is_empty() && (recipients == 1 || items == recipients);
        let numbers = [Column::InternalMessageId, Column::TotalBytes, Column::RecipientCount];
        names.insert((cell(Column::EventId).to_owned(), cell(Column::Source).to_owned()));
        sum.events += 1;
        sum.known += 1;
        sum.ids += u64::from(cell(Column::NetworkMessageId).len() == 36);
        sum.numbers += numbers.iter().filter(|c| cell(**c).parse::<u64>().is_ok()).count() as u64;
        sum.counted += u64::from(cell(Column::RecipientCount) == recipients.to_string());
        sum.aligned += u64::from(aligned);
        let codes = field.split([' ', ';', '=']).filter(|w| is_code(w)).count();
        sum.codes += if aligned { codes } else { codes.min(1) } as u64;
        let time = chrono::DateTime::parse_from_rfc3339(cell(Column::DateTime)).unwrap();
        sum.last = sum.last.max(time.timestamp_millis());
    }
    assert!(names.len() > 20, "{names:?}");
    sum
}

/// Whether a word is an enhanced code, such as `5.1.10`.
fn is_code(word: &str) -> bool {
    word.split('.').count() == 3 && word.split('.').all(|part| part.parse::<u16>().is_ok())
}

fn stages(criterion: &mut Criterion) {
    let (files, made) = Logs::new(SIZE);
    let logs = Log::all(&files);
    let bytes: usize = logs.iter().map(|l| l.text.len()).sum();
    let records = made.records as usize;
    let mut found = Fields::default();

    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes as u64)).sampling_mode(SamplingMode::Flat);
    assert_eq!(split(&logs), records + HEADERS * logs.len());
    group.bench_function("split", |b| b.iter(|| split(black_box(&logs))));
    assert_eq!(fields(&logs, &mut found), records + logs.len(), "all records, and the #Fields lines");
    group.bench_function("fields", |b| b.iter(|| fields(black_box(&logs), &mut found)));
    assert_eq!(decode(&logs, &mut found), decode_slowly(&logs));
    group.bench_function("decode", |b| b.iter(|| decode(black_box(&logs), &mut found)));
    group.finish();

    let folder = tempfile::tempdir().unwrap();
    files.write(folder.path());
    let mut group = criterion.benchmark_group("messages");
    group.throughput(Throughput::Bytes(bytes as u64)).sampling_mode(SamplingMode::Flat).sample_size(10);
    let mut reading = read_for_report(folder.path());
    let journeys = |reading: &mailtrail::pipeline::Reading| {
        reading.state.fold(
            || 0,
            |sum, _, journey| *sum += journey.leaves.len() as u64,
            |sum, part| *sum += part,
        )
    };
    assert_eq!(journeys(&reading), made.leaves, "the rows of truth.jsonl");
    let report = reading.report(10);
    assert!(report.recipients == made.leaves && !report.findings.is_empty());
    assert_eq!(report.ledger.events, made.records);
    group.bench_function("reconstruct", |b| b.iter(|| journeys(black_box(&reading))));
    group.bench_function("whole", |b| {
        b.iter_batched(|| (), |()| read_for_report(folder.path()).report(10), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    targets = stages
}
criterion_main!(benches);
