//! Words that several kinds share: quoted values for cmdlets, lists of addresses, lengths of time.

use std::collections::BTreeMap;

use super::kind::Telling;
use crate::model::threshold::Setting;
use crate::model::time::{DAY, HOUR};

/// A value as a PowerShell string. Texts of a log are hostile: inside single quotes nothing is
/// expanded, and every quote PowerShell takes for one is doubled; control characters become blanks.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => out.extend([c, c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A length of time, ms.
pub(super) fn span(ms: i64) -> String {
    const MINUTE: i64 = 60_000;
    match ms {
        MINUTE => "a minute".to_owned(),
        HOUR => "an hour".to_owned(),
        DAY => "a day".to_owned(),
        _ => Setting::Time(ms as u64).to_string(),
    }
}

/// A value inside a comment, which ends with its line.
pub(super) fn in_comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// A line for each address that is known, and how many more there are.
pub(super) fn for_each(telling: &Telling<'_>, line: impl Fn(&str) -> String) -> String {
    let (some, total) = &telling.addresses;
    let mut lines: Vec<String> = some.iter().map(|a| line(a)).collect();
    let more = total.saturating_sub(some.len() as u64);
    if more > 0 {
        lines.push(format!("# and {more} more; --messages lists them"));
    }
    lines.join("\n")
}

/// The addresses it is about: the one, or how many.
pub(super) fn who(telling: &Telling<'_>) -> String {
    match (&telling.addresses.0[..], telling.addresses.1) {
        ([one], 1) => one.clone(),
        (_, n) => format!("{n} addresses"),
    }
}

/// How a circle ended, and how many recipients of all whose mail went round ended otherwise.
pub(super) fn ended(longest: &str, all: &BTreeMap<String, u64>) -> String {
    let total: u64 = all.values().sum();
    let alike = all.get(longest).copied().unwrap_or(0);
    if alike >= total {
        return longest.to_owned();
    }
    let others = all.iter().filter(|(end, _)| *end != longest);
    let others: Vec<String> = others.map(|(end, n)| format!("{n} {end}")).collect();
    format!("{longest} ({alike} of {total} recipients; {})", others.join("; "))
}

/// The connector to the own tenant: the exports' first, else what the logs show.
pub(super) fn hybrid_name(telling: &Telling<'_>) -> Option<String> {
    let connectors = telling.norms.told().map(|t| &t.facts().send_connectors);
    let told = connectors.into_iter().flatten().find(|c| c.is_hybrid()).map(|c| c.name.to_string());
    told.or_else(|| telling.norms.hybrid_connector().map(|c| String::from_utf8_lossy(c).into_owned()))
}

/// A size in MiB with one digit.
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}

/// A limit with room above a size, as a cmdlet takes it.
pub(super) fn roomy(bytes: u64) -> String {
    let megabytes = bytes.div_ceil(1 << 20).saturating_mul(2);
    let steps = [50, 100, 150, 250, 500, 1000, 2000];
    steps.into_iter().find(|s| *s >= megabytes).map_or("Unlimited".to_owned(), |s| format!("{s}MB"))
}

/// What stands before the `@`.
pub(super) fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_that_differ_are_counted() {
        let ends = |all: &[(&str, u64)]| all.iter().map(|(end, n)| ((*end).to_owned(), *n)).collect();
        assert_eq!(ended("failed", &ends(&[("failed", 8)])), "failed");
        assert_eq!(
            ended("failed", &ends(&[("failed", 7), ("sent out", 1)])),
            "failed (7 of 8 recipients; 1 sent out)"
        );
    }

    #[test]
    fn nothing_of_a_log_gets_out_of_its_quotes() {
        assert_eq!(quoted("erin@contoso.com"), "'erin@contoso.com'");
        assert_eq!(quoted("x'; Remove-Mailbox 'y"), "'x''; Remove-Mailbox ''y'");
        assert_eq!(quoted("x\u{2019}\ny"), "'x\u{2019}\u{2019} y'");
    }
}
