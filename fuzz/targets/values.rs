//! Times, GUIDs and numbers: what reads is what was written, and reads again when written anew.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mailtrail::model::name::guid_text;
use mailtrail::parse::values::{begins_like_a_record, guid, number, timestamp};

fuzz_target!(|data: &[u8]| {
    let plain = std::str::from_utf8(data).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let wanted = plain.filter(|text| text.len() <= 20).and_then(|text| text.parse().ok());
    assert_eq!(number(data), wanted);

    if let Some(time) = timestamp(data) {
        assert_eq!(timestamp(time.to_string().as_bytes()), Some(time));
        assert!(begins_like_a_record(&[&data[..23], b"Z,"].concat()));
    }
    if begins_like_a_record(data) {
        let longer = [&data[..23], b"0000Z"].concat();
        assert_eq!(timestamp(&data[..24]), timestamp(&longer), "further digits change nothing");
    }

    let hex: Vec<u8> = data.iter().copied().filter(|b| *b != b'-').collect();
    let wanted = std::str::from_utf8(&hex).ok().filter(|text| text.len() == 32 && !text.starts_with('+'));
    let wanted = wanted.and_then(|text| u128::from_str_radix(text, 16).ok()).filter(|value| *value != 0);
    let dashes: Vec<usize> = (0..data.len()).filter(|i| data[*i] == b'-').collect();
    let shaped = dashes.is_empty() || dashes == [8, 13, 18, 23];
    assert_eq!(guid(data), wanted.filter(|_| shaped));
    if let Some(value) = guid(data) {
        assert_eq!(guid(guid_text(value).as_bytes()), Some(value));
    }
});
