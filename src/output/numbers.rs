//! Numbers as people read them. Whole-number arithmetic only, so that no platform rounds another way.

/// Binary units above the byte.
const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
/// Parts of a block character, growing to the right.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/// Block characters growing upwards.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub use crate::model::report::grouped;

/// `1 message`, `2 messages`.
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// Bytes as `812 B`, `1.2 KiB`, `340 MiB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = 1u128;
    for name in UNITS {
        unit *= 1024;
        let tenths = (u128::from(bytes) * 10 + unit / 2) / unit;
        if tenths < 1000 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        let whole = (u128::from(bytes) + unit / 2) / unit;
        if whole < 1024 {
            return format!("{whole} {name}");
        }
    }
    // Not reached: 64 bits end at 16 EiB.
    format!("{bytes} B")
}

/// Milliseconds as `812 ms`, `1.2 s`, `42 s`, `4 min 20 s`, `14 min`, `5 h 20 min`, `3 d 4 h`.
pub fn duration(ms: u64) -> String {
    let tenths = ms.saturating_add(50) / 100;
    let seconds = ms.saturating_add(500) / 1000;
    let minutes = seconds.saturating_add(30) / 60;
    let hours = minutes.saturating_add(30) / 60;
    if ms < 1000 {
        format!("{ms} ms")
    } else if tenths < 100 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else if seconds < 60 {
        format!("{seconds} s")
    } else if seconds < 600 {
        two(seconds / 60, "min", seconds % 60, "s")
    } else if minutes < 60 {
        format!("{minutes} min")
    } else if minutes < 48 * 60 {
        two(minutes / 60, "h", minutes % 60, "min")
    } else {
        two(hours / 24, "d", hours % 24, "h")
    }
}

fn two(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// A share as `12.3 %`. What is not nothing never reads 0, what is not all never reads 100.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    match tenths {
        0 if part > 0 => "< 0.1 %".to_owned(),
        1000.. if part < whole => "> 99.9 %".to_owned(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// A bar of block characters, at most `width` long where `value` is `most`. Something is never nothing.
pub fn bar(value: u64, most: u64, width: usize) -> String {
    if value == 0 || most == 0 {
        return String::new();
    }
    let room = u128::try_from(width).unwrap_or(0) * 8;
    let eighths = (u128::from(value.min(most)) * room / u128::from(most)).max(1);
    let eighths = usize::try_from(eighths).unwrap_or(0);
    let mut out = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        out.extend(EIGHTHS.get(eighths % 8));
    }
    out
}

/// One character as high as `value` is of `most`; a dot for nothing.
pub fn level(value: u64, most: u64) -> char {
    if value == 0 || most == 0 {
        return '·';
    }
    let eighths = (u128::from(value.min(most)) * 8).div_ceil(u128::from(most));
    let at = usize::try_from(eighths).unwrap_or(1).saturating_sub(1);
    LEVELS.get(at).copied().unwrap_or('█')
}

#[cfg(test)]
mod tests;
