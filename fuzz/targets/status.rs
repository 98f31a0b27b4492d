//! The recipient-status column: a list is split without losing a byte but separators, the parts of a
//! status lie in it, and a list written plainly reads back.
//!
//! The first byte is the number of recipients.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::model::status::Alignment;
use mailtrail::parse::status::{parse_status, split_statuses};
use mailtrail_fuzz::inside;

fuzz_target!(|data: &[u8]| {
    let Some((recipients, field)) = data.split_first() else { return };
    let recipients = usize::from(*recipients) % 70;
    let mut items = Vec::new();
    let alignment = split_statuses(field, recipients, &mut items);
    match alignment {
        Alignment::Aligned => assert_eq!(items.len(), recipients),
        Alignment::Broadcast => assert_eq!(items.len(), 1),
        Alignment::Unaligned => assert_eq!(items, [field]),
    }
    if alignment == Alignment::Aligned && recipients > 1 {
        nothing_is_lost(field, &items);
    }
    for item in &items {
        status(item);
    }
    written(field, recipients);
});

/// Between the items of a list stand one separator and white space.
fn nothing_is_lost(field: &[u8], items: &[&[u8]]) {
    let offset = |at: *const u8| at as usize - field.as_ptr() as usize;
    let mut end = 0;
    for (i, item) in items.iter().enumerate() {
        let span = item.as_ptr_range();
        let between = &field[end..offset(span.start)];
        assert!(inside(item, field));
        assert_eq!(between.trim_ascii(), if i == 0 { &b""[..] } else { b";" }, "before item {i}");
        end = offset(span.end);
    }
    assert!(field[end..].trim_ascii().is_empty(), "behind the last item");
}

fn status(item: &[u8]) {
    let parts = parse_status(item);
    for part in [parts.tag, parts.text, parts.fqdn, parts.ip] {
        assert!(inside(part, item));
    }
    assert!(matches!(parts.class, 0 | 2 | 4 | 5), "class {}", parts.class);
    if let Some(reply) = parts.reply {
        assert!((200..600).contains(&reply));
    }
    if let Some(code) = parts.code {
        let again = parse_status(code.to_string().as_bytes()).code;
        assert_eq!(again, Some(code), "what is written reads back");
    }
}

/// Words of the input as the texts of a list that can be read in one way only.
fn written(field: &[u8], recipients: usize) {
    let words: Vec<String> = field
        .split(|b| !b.is_ascii_alphanumeric())
        .map(|word| format!("550 5.1.10 RESOLVER.ADR.RecipientNotFound; <{}>", String::from_utf8_lossy(word)))
        .take(recipients)
        .collect();
    let list = words.join(";");
    let mut items = Vec::new();
    if words.is_empty() {
        return;
    }
    assert_eq!(split_statuses(list.as_bytes(), words.len(), &mut items), Alignment::Aligned);
    for (item, word) in items.iter().zip(&words) {
        assert_eq!(*item, word.as_bytes());
        let parts = parse_status(item);
        assert_eq!(
            (parts.class, parts.reply, parts.tag),
            (5, Some(550), &b"RESOLVER.ADR.RecipientNotFound"[..])
        );
    }
}
