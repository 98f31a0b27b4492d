//! The custom-data column: pairs lie in the field in their order, and the search finds what the walk finds.
//!
//! What stands before the first line feed is looked for as a key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::parse::custom_data::{Entry, entries, get};
use mailtrail_fuzz::inside;

fuzz_target!(|data: &[u8]| {
    let (key, field) = match data.iter().position(|b| *b == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&b"DeliveryPriority"[..], data),
    };
    let all: Vec<Entry<'_>> = entries(field).collect();
    let mut at = field.as_ptr();
    for entry in &all {
        for part in [entry.kind, entry.key, entry.value] {
            assert!(inside(part, field));
            if !part.is_empty() {
                assert!(part.as_ptr() >= at, "in their order");
                at = part.as_ptr_range().end;
            }
        }
    }
    for key in all.iter().map(|entry| entry.key).take(8).chain([key]) {
        let walked = all.iter().find(|entry| entry.key == key).map(|entry| entry.value);
        assert_eq!(get(field, key), walked, "{}", String::from_utf8_lossy(key));
    }
});
