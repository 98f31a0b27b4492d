//! Each unit at its edges.

use super::*;

#[test]
fn thousands_stand_apart() {
    let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
    for (n, text) in cases {
        assert_eq!(grouped(n), text);
    }
    assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    assert_eq!(counted(1, "address", "addresses"), "1 address");
    assert_eq!(counted(1200, "address", "addresses"), "1,200 addresses");
}

#[test]
fn sizes() {
    let cases = [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1280, "1.3 KiB"),
        (102_348, "99.9 KiB"),
        (102_400, "100 KiB"),
        (1_048_000, "1023 KiB"),
        (1_048_570, "1.0 MiB"),
        (1_048_576, "1.0 MiB"),
        (36_000_000_000, "33.5 GiB"),
        (u64::MAX, "16.0 EiB"),
    ];
    for (bytes, text) in cases {
        assert_eq!(size(bytes), text);
    }
}

#[test]
fn durations() {
    let cases = [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (1249, "1.2 s"),
        (9949, "9.9 s"),
        (9950, "10 s"),
        (59_499, "59 s"),
        (59_500, "1 min"),
        (260_000, "4 min 20 s"),
        (599_700, "10 min"),
        (3_569_000, "59 min"),
        (3_570_000, "1 h"),
        (19_200_000, "5 h 20 min"),
        (273_600_000, "3 d 4 h"),
    ];
    for (ms, text) in cases {
        assert_eq!(duration(ms), text, "{ms}");
    }
    assert!(duration(u64::MAX).ends_with(" h"));
}

#[test]
fn a_share_is_never_rounded_to_nothing_or_all() {
    assert_eq!(percent(0, 0), "");
    assert_eq!(percent(0, 7), "0.0 %");
    assert_eq!(percent(1, 100_000), "< 0.1 %");
    assert_eq!(percent(99_999, 100_000), "> 99.9 %");
    assert_eq!(percent(7, 7), "100.0 %");
    assert_eq!(percent(1, 3), "33.3 %");
    assert_eq!(percent(u64::MAX, u64::MAX), "100.0 %");
}

#[test]
fn bars_and_levels() {
    assert_eq!(bar(0, 10, 10), "");
    assert_eq!(bar(10, 10, 4), "████");
    assert_eq!(bar(5, 10, 5), "██▌");
    assert_eq!(bar(1, 1_000_000, 5), "▏");
    assert_eq!(bar(99, 10, 3), "███");
    let levels: String = (0..=8).map(|n| level(n, 8)).collect();
    assert_eq!(levels, "·▁▂▃▄▅▆▇█");
    assert_eq!(level(1, u64::MAX), '▁');
}
