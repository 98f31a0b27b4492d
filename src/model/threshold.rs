//! A number that findings depend on, as people read and write it.

use std::fmt;

use serde::{Serialize, Serializer};

/// A number with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// How many, or how many times.
    Count(u64),
    /// A time, ms.
    Time(u64),
    /// Bytes.
    Size(u64),
}

impl Setting {
    /// Without its unit: how many, ms, or bytes.
    pub fn number(self) -> u64 {
        match self {
            Self::Count(n) | Self::Time(n) | Self::Size(n) => n,
        }
    }

    /// The same unit with another number.
    #[must_use]
    pub fn with(self, n: u64) -> Self {
        match self {
            Self::Count(_) => Self::Count(n),
            Self::Time(_) => Self::Time(n),
            Self::Size(_) => Self::Size(n),
        }
    }
}

/// As it may be written: `3`, `2days 15m`, `10MiB`.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(f, "{n}"),
            Self::Time(ms) => time(*ms, f),
            Self::Size(bytes) => {
                let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
                let whole = |(bits, _): &(u32, &str)| *bytes > 0 && bytes.trailing_zeros() >= *bits;
                let (bits, unit) = units.into_iter().find(whole).unwrap_or((0, "B"));
                write!(f, "{}{unit}", bytes >> bits)
            }
        }
    }
}

/// A time of so many ms, in days, hours and less.
fn time(ms: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (mut rest, mut blank) = (ms, "");
    for (unit, name) in [(86_400_000, "day"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")] {
        let n = rest / unit;
        rest %= unit;
        if n > 0 {
            let many = if name == "day" && n > 1 { "s" } else { "" };
            write!(f, "{blank}{n}{name}{many}")?;
            blank = " ";
        }
    }
    if ms == 0 { f.write_str("0s") } else { Ok(()) }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(n) => to.serialize_u64(*n),
            Self::Time(_) | Self::Size(_) => to.collect_str(self),
        }
    }
}

/// A number that is not the one it is by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name in `mailtrail.toml`.
    pub key: String,
    /// What it is.
    pub value: Setting,
    /// What it is by default.
    pub default: Setting,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_shown_as_they_may_be_written() {
        for (setting, text) in [
            (Setting::Count(3), "3"),
            (Setting::Time(300_000), "5m"),
            (Setting::Time(2 * 86_400_000 + 900_000), "2days 15m"),
            (Setting::Time(60 * 86_400_000), "60days"),
            (Setting::Time(86_400_000 + 3_601_001), "1day 1h 1s 1ms"),
            (Setting::Time(0), "0s"),
            (Setting::Size(1 << 20), "1MiB"),
            (Setting::Size(1536 << 10), "1536KiB"),
            (Setting::Size(1000), "1000B"),
        ] {
            assert_eq!(setting.to_string(), text);
        }
        assert_eq!(serde_json::to_string(&(Setting::Count(3), Setting::Time(1000))).unwrap(), "[3,\"1s\"]");
    }
}
