//! MR-45: logs that should be here and are not.

use std::collections::BTreeMap;

use crate::findings::case::Case;
use crate::findings::kind::{Kind, Shown, Sighting, Telling};
use crate::findings::words::quoted;
use crate::model::finding::{Confidence, Severity};

pub(in crate::findings) static KIND: Kind = Kind {
    id: "log-gap",
    title: "Logs are missing",
    shown: Shown::Report,
    severity: Severity::Info,
    confidence: Confidence::Certain,
    caused_by: &[],
    means: "Mail was sent to a server of the organisation whose log is not here, or files are missing between others of \
            one server. What happened there is unknown, and some answers are less than they could be.",
    proof: "A send inside the organisation with no word of the next server about it; or a number missing between two \
            files of one server, family and hour.",
    mend: "Collect all families (MSGTRK, MSGTRKMD, MSGTRKMS, MSGTRKMA, MSGTRKM) of all servers for the whole time.",
    judge,
    enough: None,
    tell,
};

fn judge(case: &Case<'_>) -> Vec<Sighting> {
    case.leaf.missing.iter().map(|server| Sighting::new(&KIND, case).peer(case.text(*server))).collect()
}

fn tell(t: &Telling<'_>) -> (String, String) {
    let mut parts = Vec::new();
    if t.messages > 0 {
        parts.push(format!("mail was sent to {}, and no row of it about that mail is here", t.peer));
    }
    if !t.detail.is_empty() {
        parts.push(format!("files of {} are missing between others: {}", t.peer, t.detail));
    }
    let mut cause = parts.join("; ");
    if let Some(first) = cause.get(..1) {
        cause = format!("{}{}.", first.to_uppercase(), cause.get(1..).unwrap_or_default());
    }
    // A comment ends with its line, and the name of a server may hold anything.
    let server = quoted(&t.peer);
    let fix = format!(
        "Get-TransportService {server} | Format-List MessageTrackingLogPath  # add the logs in that folder"
    );
    (cause, fix)
}

/// File names that are missing between others: of one folder, family and stamp, the numbers between the
/// smallest and the largest. Takes `(group, number, ending)` of each file, where the group is all of the name up
/// to the number; gives the names by group.
pub fn missing_numbers<'f>(
    files: impl Iterator<Item = (&'f str, u64, &'f str)>,
) -> BTreeMap<&'f str, Vec<String>> {
    /// More than so many in one gap are no gap but another numbering.
    const MOST: u64 = 1000;
    let mut numbers: BTreeMap<&str, Vec<(u64, &str)>> = BTreeMap::new();
    for (group, number, ending) in files {
        numbers.entry(group).or_default().push((number, ending));
    }
    let mut out = BTreeMap::new();
    for (group, mut all) in numbers {
        all.sort_unstable();
        let mut missing = Vec::new();
        for pair in all.windows(2) {
            if let [(a, ending), (b, _)] = pair
                && b - a <= MOST
            {
                missing.extend((a + 1..*b).map(|n| format!("{group}{n}{ending}")));
            }
        }
        if !missing.is_empty() {
            out.insert(group, missing);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::missing_numbers;

    #[test]
    fn a_number_between_others_is_missing() {
        let files = [
            ("a/MSGTRK2026031009-", 1, ".LOG"),
            ("a/MSGTRK2026031009-", 4, ".LOG"),
            ("b/MSGTRK2026031009-", 2, ".LOG"),
        ];
        let missing = missing_numbers(files.into_iter());
        assert_eq!(missing.len(), 1);
        assert_eq!(missing["a/MSGTRK2026031009-"], ["a/MSGTRK2026031009-2.LOG", "a/MSGTRK2026031009-3.LOG"]);
    }
}
