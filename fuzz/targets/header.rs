//! Header lines: values lie in their line, and a binding follows from the lines alone.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::parse::header::{Binding, Directive, directive, is_tracking};
use mailtrail::parse::schema::Schema;
use mailtrail_fuzz::inside;

fuzz_target!(|data: &[u8]| {
    let mut binding = Binding::default();
    for line in data.split_inclusive(|b| *b == b'\n') {
        let read = directive(line);
        let (keyword, value) = match read {
            Directive::Software(value) => ("Software", value),
            Directive::Version(value) => ("Version", value),
            Directive::LogType(value) => ("Log-type", value),
            Directive::Date(value) => ("Date", value),
            Directive::Fields(value) => ("Fields", value),
            Directive::Other => ("", &line[..0]),
        };
        assert!(inside(value, line));
        if !keyword.is_empty() {
            let written = [b"#", keyword.as_bytes(), b": ", value].concat();
            assert_eq!(directive(&written), read, "what is written reads back");
        }
        let before = binding.clone();
        binding.read_header(line);
        follows(&before, &binding, read);
        if let Some(schema) = Schema::from_header(line) {
            assert_eq!(schema.width(), line.iter().filter(|b| **b == b',').count() + 1);
        }
    }
});

/// Only a log type and a list of columns change what rows are read by, and no list makes rows of a foreign log ours.
fn follows(before: &Binding, after: &Binding, read: Directive<'_>) {
    let foreign = |binding: &Binding| matches!(binding, Binding::OtherLog);
    match read {
        Directive::LogType(name) => assert_eq!(foreign(after), !is_tracking(name)),
        Directive::Fields(_) => assert_eq!(foreign(before), foreign(after)),
        _ => assert_eq!((foreign(before), before.schema()), (foreign(after), after.schema())),
    }
}
